// Package kv is a client that only its users know.
package kv

import "context"

type Client struct{}

func (c *Client) Get(key string) (string, error) { return key, nil }

func (c *Client) GetContext(ctx context.Context, key string) (string, error) { return key, ctx.Err() }

// Detach makes a context for work that goes on.
func Detach(ctx context.Context) context.Context { return context.Background() }
