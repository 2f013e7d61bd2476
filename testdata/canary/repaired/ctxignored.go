package repaired

import (
	"context"
	"database/sql"
)

// userName ends with its caller.
func userName(ctx context.Context, db *sql.DB, id int) (string, error) {
	var name string
	err := db.QueryRowContext(ctx, "select name from users where id = ?", id).Scan(&name)
	return name, err
}
