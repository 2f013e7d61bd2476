package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Environment: CONCLINT names the binary under test; CONCLINT_SHOTS a directory
// that keeps the screenshots, for people to look at.
const (
	binaryEnv = "CONCLINT"
	shotsEnv  = "CONCLINT_SHOTS"
)

// deadline ends a test whose browser does not answer.
const deadline = 2 * time.Minute

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium in PATH")
	return ""
}

// conclint runs the command on testdata/sample and returns its output.
func conclint(t *testing.T, exit int, args ...string) []byte {
	t.Helper()
	tool := os.Getenv(binaryEnv)
	if tool == "" {
		t.Fatalf("%s does not name the binary under test; run make e2e-html", binaryEnv)
	}
	tool, err := filepath.Abs(tool)
	require.NoError(t, err)
	cmd := exec.Command(tool, args...)
	cmd.Dir = filepath.Join("..", "..", "..", "testdata", "sample")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, _ := cmd.Output()
	require.Equal(t, exit, cmd.ProcessState.ExitCode(), "%s", stderr.String())
	return out
}

// counts says how many findings there are of each code and severity, and in all.
func counts(t *testing.T) map[string]int {
	t.Helper()
	var report struct {
		Findings []struct{ Code, Severity string }
	}
	require.NoError(t, json.Unmarshal(conclint(t, 1, "-format", "json", "./..."), &report))
	n := map[string]int{"all": len(report.Findings)}
	for _, f := range report.Findings {
		n[f.Code]++
		n[f.Severity]++
	}
	return n
}

// produce keeps the output of the command as a page.
func produce(t *testing.T, exit int, args ...string) string {
	t.Helper()
	out := conclint(t, exit, args...)
	file := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(file, out, 0o644))
	return file
}

// tab opens a browser of the given size.
func tab(t *testing.T, w, h int64, dark bool) context.Context {
	t.Helper()
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	run(t, ctx, chromedp.EmulateViewport(w, h), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}))
	return ctx
}

// command is a command of the protocol as an action.
func command[P any](c cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, c, params)
		return chromedp.Void{}, err
	}
}

func click(sel string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(sel)) }
func visible(sel string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(chromedp.CSS(sel))
}
func js(code string) chromedp.Action[chromedp.Void] { return chromedp.Evaluate[chromedp.Void](code) }

// press presses keys one after the other. A key and its character are one event, as
// they are for a person: a page that takes the key for itself gets no character.
func press(keys string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		for _, r := range keys {
			for _, k := range kb.Encode(r) {
				switch k.Type {
				case kb.KeyChar:
					continue
				case input.DispatchKeyEventTypeRawKeyDown, kb.KeyDown:
					if unicode.IsPrint(r) || r == '\r' {
						k.Type, k.Text = kb.KeyDown, string(r)
					}
				}
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, *k); err != nil {
					return chromedp.Void{}, err
				}
			}
		}
		return chromedp.Void{}, nil
	}
}

// choose takes an option of a select, as a person's choice would.
func choose(id, value string) chromedp.Action[chromedp.Void] {
	return js(fmt.Sprintf("{ const e = document.getElementById(%q); e.value = %q; e.dispatchEvent(new Event('change')); }", id, value))
}

// fetched lists what a page has loaded beside itself.
const fetched = `performance.getEntriesByType("resource").map((e) => e.name).join()`

func address(file, fragment string) string {
	u := url.URL{Scheme: "file", Path: file, Fragment: fragment}
	return u.String()
}

// value is the result of an expression in the page.
func value[T any](t *testing.T, ctx context.Context, code string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](code))
	require.NoError(t, err, code)
	return v
}

func run(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	require.NoError(t, chromedp.Do(ctx, actions...))
}

// shoot takes a screenshot and requires that there is something in it.
func shoot(t *testing.T, ctx context.Context, name string) image.Image {
	t.Helper()
	data, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	if dir := os.Getenv(shotsEnv); dir != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), data, 0o644))
	}
	colours := map[[3]uint32]bool{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 2 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 2 {
			r, g, b, _ := img.At(x, y).RGBA()
			colours[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	assert.Greater(t, len(colours), 50, "the picture is nearly empty")
	return img
}

func brightness(img image.Image, x, y int) uint32 {
	r, g, b, _ := img.At(x, y).RGBA()
	return (r + g + b) / 3 >> 8
}

// What a page is asked in these tests.
const (
	shown    = `[...document.querySelectorAll("#list li")].filter((l) => l.offsetParent).length`
	selected = `document.querySelector(".item[aria-current]")?.dataset.code ?? ""`
	article  = `[...document.querySelectorAll("article")].filter((a) => a.offsetParent).map((a) => a.dataset.id).join()`
	current  = `document.querySelector(".item[aria-current]").dataset.id`
	lit      = `[...document.querySelectorAll("tr.picked td.n")].map((n) => n.textContent).join()`
	focus    = `document.activeElement.id || document.activeElement.className`
)

func TestReport(t *testing.T) {
	page := produce(t, 1, "-format", "html", "./...")
	ctx := tab(t, 1400, 900, false)
	run(t, ctx, chromedp.Navigate(address(page, "")), visible("article.on"))
	count := counts(t)
	all := count["all"]
	assert.Equal(t, all, value[int](t, ctx, shown))
	assert.Equal(t, "heldwait/deadlock", value[string](t, ctx, selected))
	img := shoot(t, ctx, "report-light")
	assert.Greater(t, brightness(img, 700, 850), uint32(200), "a light page")

	// Filters.
	run(t, ctx, click(`.chip[data-severity="error"]`))
	assert.Equal(t, all-count["error"], value[int](t, ctx, shown), "errors are off")
	assert.Equal(t, "nosemaphore/perelement", value[string](t, ctx, selected), "what is shown is in the list")
	run(t, ctx, click(`.chip[data-severity="error"]`), choose("code", "stuckchan/send"))
	assert.Equal(t, count["stuckchan/send"], value[int](t, ctx, shown))
	run(t, ctx, choose("code", ""))
	assert.Equal(t, all, value[int](t, ctx, shown))

	// Search, by keyboard alone.
	run(t, ctx, press("/"))
	assert.Equal(t, "search", value[string](t, ctx, focus))
	run(t, ctx, press("bank total"))
	assert.Equal(t, "bank total", value[string](t, ctx, `document.getElementById("search").value`))
	assert.Equal(t, 1, value[int](t, ctx, shown))
	assert.Equal(t, "lockorder/cycle", value[string](t, ctx, selected))
	run(t, ctx, press("xyzzy"))
	assert.Equal(t, 0, value[int](t, ctx, shown))
	assert.True(t, value[bool](t, ctx, `document.getElementById("none").offsetParent !== null`), "it says that nothing matches")
	run(t, ctx, press(kb.Escape))
	assert.Equal(t, all, value[int](t, ctx, shown))
	run(t, ctx, press(kb.Escape))
	assert.NotEqual(t, "search", value[string](t, ctx, focus))

	// From finding to finding, from step to step.
	run(t, ctx, click(`.item[data-code="heldwait/deadlock"]`))
	for _, step := range []struct{ key, code string }{{"j", "lockorder/cycle"}, {"j", "nosemaphore/perelement"}, {"k", "lockorder/cycle"}} {
		run(t, ctx, press(step.key))
		assert.Equal(t, step.code, value[string](t, ctx, selected))
		assert.Equal(t, value[string](t, ctx, current), value[string](t, ctx, article), "the one selected is the one shown")
	}
	run(t, ctx, press("n"))
	assert.Equal(t, "100", value[string](t, ctx, lit))
	run(t, ctx, press("n"), press("n"))
	assert.Equal(t, "103", value[string](t, ctx, lit), "the third step is at line 103")
	run(t, ctx, click(`article.on .step[data-step="5"]`))
	assert.Equal(t, "118", value[string](t, ctx, lit))
	run(t, ctx, press(kb.Tab))
	run(t, ctx, js(`document.querySelector('article.on .step[data-step="2"]').focus()`), press(kb.Enter))
	assert.Equal(t, "112", value[string](t, ctx, lit), "Enter is a click")
	run(t, ctx, click(`article.on td.marks a[title="step 1"]`))
	assert.Equal(t, "100", value[string](t, ctx, lit), "and back from the source")

	codes := 0
	for name := range count {
		if strings.Contains(name, "/") {
			codes++
		}
	}
	// Another order, and a way back to the same view.
	run(t, ctx, choose("group", "code"))
	assert.Equal(t, codes, value[int](t, ctx, `document.querySelectorAll("#list .group").length`))
	where := value[string](t, ctx, "location.href")
	run(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(where), visible("article.on"))
	assert.Equal(t, "lockorder/cycle", value[string](t, ctx, selected))
	assert.Equal(t, "100", value[string](t, ctx, lit))
	assert.Equal(t, codes, value[int](t, ctx, `document.querySelectorAll("#list .group").length`))

	// Everything that can be clicked can be reached by Tab and has a name.
	assert.Equal(t, 0, value[int](t, ctx, `[...document.querySelectorAll("a, button, input, select, summary")].filter((e) => e.tabIndex < 0 || !(e.textContent.trim() || e.getAttribute("aria-label"))).length`))
	run(t, ctx, press("?"))
	assert.True(t, value[bool](t, ctx, `!document.getElementById("help").hidden`))
	run(t, ctx, press(kb.Escape))
	assert.True(t, value[bool](t, ctx, `document.getElementById("help").hidden`))
	assert.Empty(t, value[string](t, ctx, fetched), "the page asked for more")
}

// The diagram is drawn: its parts have their places and do not cover each other.
func TestLanes(t *testing.T) {
	page := produce(t, 1, "-format", "html", "./...")
	ctx := tab(t, 1400, 900, true)
	for _, code := range []string{"heldwait/deadlock", "lockorder/cycle", "racycounter/incdec", "stuckchan/send", "unreleased/return", "relock/call"} {
		run(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(address(page, "code="+code)), visible("article.on .lanes"))
		img := shoot(t, ctx, "report-dark-"+strings.ReplaceAll(code, "/", "-"))
		assert.Less(t, brightness(img, 700, 880), uint32(80), "a dark page")
		overlaps := value[[]string](t, ctx, `(() => {
			const boxes = [...document.querySelectorAll("article.on .step, article.on .fate, article.on .head b")].map((e) => [e.textContent.slice(0, 40), e.getBoundingClientRect()]);
			const out = [];
			for (const [i, [n, a]] of boxes.entries()) for (const [m, b] of boxes.slice(i + 1))
				if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1) out.push(n + " / " + m);
			return out;
		})()`)
		assert.Empty(t, overlaps, code)
		assert.Zero(t, value[int](t, ctx, `[...document.querySelectorAll("article.on .life, article.on .bar, article.on .hatch, article.on .step, article.on .link")].filter((e) => !e.getBoundingClientRect().height && !e.classList.contains("link") || !e.getBoundingClientRect().width).length`), "%s: a part has no extent", code)
	}
}

// contrast lists texts that stand out too little from their ground: less than 4.5
// to 1, which is what WCAG 2 asks for text of ordinary size.
const contrast = `(() => {
	const parse = (c) => {
		const n = c.match(/-?[\d.]+(e-?\d+)?/g).map(Number), k = c.startsWith("color(") ? 255 : 1;
		return [n[0] * k, n[1] * k, n[2] * k, n[3] ?? 1];
	};
	const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
	const ground = (e) => {
		if (!e) return parse(getComputedStyle(document.body).backgroundColor);
		const c = parse(getComputedStyle(e).backgroundColor);
		return c[3] === 1 ? c : over(c, ground(e.parentElement));
	};
	const light = (c) => {
		const [r, g, b] = c.slice(0, 3).map((x) => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const out = new Set();
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const e = walker.currentNode.parentElement;
		if (!walker.currentNode.textContent.trim() || !e.offsetParent || e.closest(".sr, script, select")) continue;
		const under = ground(e), [a, b] = [light(over(parse(getComputedStyle(e).color), under)), light(under)].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05);
		if (ratio < 4.5) out.add((e.className || e.tagName) + ": " + e.textContent.slice(0, 20) + " " + ratio.toFixed(2));
	}
	return [...out];
})()`

func TestContrast(t *testing.T) {
	page := produce(t, 1, "-format", "html", "./...")
	graph := produce(t, 0, "graph", "locks", "-format", "html", "./...")
	for _, dark := range []bool{false, true} {
		ctx := tab(t, 1400, 900, dark)
		run(t, ctx, chromedp.Navigate(address(graph, "entry=0")), visible("svg .node"))
		assert.Empty(t, value[[]string](t, ctx, contrast), "graph, dark: %v", dark)
		for _, code := range []string{"heldwait/deadlock", "lockorder/cycle", "racycounter/incdec", "unreleased/return", "notimeout/client"} {
			run(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(address(page, "code="+code)), visible("article.on"),
				js(`document.querySelectorAll("details").forEach((d) => { d.open = true; })`))
			assert.Empty(t, value[[]string](t, ctx, contrast), "%s, dark: %v", code, dark)
		}
	}
}

// A narrow window stacks the panes and does not scroll sideways.
func TestNarrow(t *testing.T) {
	page := produce(t, 1, "-format", "html", "./...")
	ctx := tab(t, 420, 900, false)
	run(t, ctx, chromedp.Navigate(address(page, "code=lockorder/cycle")), visible("article.on"))
	shoot(t, ctx, "report-narrow")
	assert.LessOrEqual(t, value[int](t, ctx, "document.documentElement.scrollWidth"), 420)
}

// Without its script the page shows everything.
func TestNoScript(t *testing.T) {
	page := produce(t, 1, "-format", "html", "./...")
	ctx := tab(t, 1400, 900, false)
	run(t, ctx, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), chromedp.Navigate(address(page, "")), visible("article"))
	assert.Equal(t, counts(t)["all"], value[int](t, ctx, `[...document.querySelectorAll("article")].filter((a) => a.offsetParent).length`))
}

func TestGraphs(t *testing.T) {
	ctx := tab(t, 1400, 700, false)
	page := produce(t, 0, "graph", "locks", "-format", "html", "./...")
	run(t, ctx, chromedp.Navigate(address(page, "")), visible("svg .node"))
	shoot(t, ctx, "graph-locks")
	const near = `document.querySelectorAll("svg.asked .node.near").length`
	run(t, ctx, click(".entry"))
	assert.Equal(t, 2, value[int](t, ctx, near), "the circle's two locks")
	assert.Equal(t, 2, value[int](t, ctx, `document.querySelectorAll(".edge.bad.near").length`))
	run(t, ctx, press(kb.Escape))
	assert.Equal(t, 0, value[int](t, ctx, near))

	page = produce(t, 0, "graph", "goroutines", "-format", "html", "./...")
	run(t, ctx, chromedp.Navigate(address(page, "")), visible("svg .node"))
	shoot(t, ctx, "graph-goroutines")
	run(t, ctx, press("/"), press("countall"))
	assert.Equal(t, 2, value[int](t, ctx, near), "the function and its goroutine")
	run(t, ctx, press(kb.Escape), js(`document.querySelector("svg .node.round").focus()`), press(kb.Enter))
	assert.True(t, value[bool](t, ctx, `document.getElementById("details").offsetParent !== null`))
	width := value[float64](t, ctx, `document.querySelector("svg").getBoundingClientRect().width`)
	run(t, ctx, press("+"))
	assert.Greater(t, value[float64](t, ctx, `document.querySelector("svg").getBoundingClientRect().width`), width)
	assert.Empty(t, value[string](t, ctx, fetched), "the page asked for more")
}
