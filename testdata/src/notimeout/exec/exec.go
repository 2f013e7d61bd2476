// Package exec runs commands in code that serves requests.
package exec

import (
	"context"
	"net/http"
	"os/exec"
	"time"
)

func handlerBad(w http.ResponseWriter, r *http.Request) {
	out, err := exec.Command("git", "log").Output() // want `exec.Command does not end with r.Context\(\), which is at hand: the child may outlive the request`
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(out)
}

func handlerOk(w http.ResponseWriter, r *http.Request) {
	out, err := exec.CommandContext(r.Context(), "git", "log").Output()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(out)
}

func ctxBad(ctx context.Context, dir string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	cmd := exec.Command("make") // want `exec.Command does not end with ctx, which is at hand`
	cmd.Dir = dir
	return cmd.Run()
}

func ctxOk(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, "make")
	cmd.Dir = dir
	return cmd.Run()
}

func helper() ([]byte, error) {
	return exec.Command("git", "log").Output() // want `exec.Command has no timeout, and handlerThroughHelper \(exec.go:\d+\) waits for it while it serves a request`
}

func handlerThroughHelper(w http.ResponseWriter, r *http.Request) {
	out, err := helper()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(out)
}

func startupOk() error { return exec.Command("modprobe", "tun").Run() }

func killedOk(ctx context.Context) error {
	cmd := exec.Command("sleep", "100")
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		_ = cmd.Process.Kill()
		return ctx.Err()
	}
}

func startedOnlyOk(ctx context.Context) error {
	return exec.Command("daemon").Start() // meant to outlive ctx
}

func timeoutOk() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return exec.CommandContext(ctx, "make").Run()
}

func cleanupOk(ctx context.Context) error {
	defer func() { _ = exec.Command("umount", "/mnt").Run() }()
	return ctx.Err()
}

func backgroundCommandBad(w http.ResponseWriter, r *http.Request) {
	cmd := exec.CommandContext(context.Background(), "git", "gc")
	if err := cmd.Run(); err != nil { // want `exec.Cmd.Run has no timeout, and backgroundCommandBad waits for it while it serves a request`
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
