package canary

import (
	"context"
	"database/sql"
)

// userName has a context at hand and passes on a fresh one.
func userName(ctx context.Context, db *sql.DB, id int) (string, error) {
	var name string
	err := db.QueryRowContext(context.Background(), "select name from users where id = ?", id).Scan(&name)
	return name, err
}
