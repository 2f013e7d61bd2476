// Package query asks a database.
package query

import (
	"context"
	"database/sql"
	"net/http"
)

func queryBad(ctx context.Context, db *sql.DB) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return db.Query("SELECT 1") // want `sql.DB.Query does not end with ctx, which is at hand: it waits for the database after the caller has given up`
}

func queryOk(ctx context.Context, db *sql.DB) (*sql.Rows, error) {
	return db.QueryContext(ctx, "SELECT 1")
}

func execTxBad(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("UPDATE t SET n = ?", 1); err != nil { // want `sql.Tx.Exec does not end with ctx, which is at hand`
		return err
	}
	return tx.Commit()
}

func beginBad(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return db.Begin() // want `sql.DB.Begin does not end with ctx, which is at hand`
}

func handlerBad(db *sql.DB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var n int
		err := db.QueryRow("SELECT count(*) FROM t WHERE a = ?", r.URL.Path).Scan(&n) // want `sql.DB.QueryRow does not end with r.Context\(\), which is at hand`
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

func handlerOk(db *sql.DB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var n int
		if err := db.QueryRowContext(r.Context(), "SELECT 1").Scan(&n); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

func noContextOk(db *sql.DB) (*sql.Rows, error) { return db.Query("SELECT 1") }

func cleanupOk(ctx context.Context, db *sql.DB) error {
	defer func() { _, _ = db.Exec("DELETE FROM locks") }() // must happen although ctx has ended
	return db.PingContext(ctx)
}

func detachedOk(ctx context.Context, db *sql.DB) {
	go func() { _, _ = db.Exec("INSERT INTO audit VALUES (1)") }()
	<-ctx.Done()
}

func afterDoneOk(ctx context.Context, db *sql.DB) error {
	<-ctx.Done()
	_, err := db.Exec("DELETE FROM leases")
	return err
}

func preparedBad(ctx context.Context, st *sql.Stmt) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, err := st.Exec(1) // want `sql.Stmt.Exec does not end with ctx, which is at hand`
	return err
}

func unnamedOk(_ context.Context, db *sql.DB) error { return db.Ping() }
