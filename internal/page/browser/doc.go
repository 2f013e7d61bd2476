// Package browser has no code: its test drives the HTML outputs of conclint in
// headless Chromium. It is a module of its own, so that the driver of the browser
// is no requirement of the linter's. Run it with make e2e-html.
package browser
