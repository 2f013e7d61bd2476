#!/usr/bin/env bash
# The steps of action.yml.
#
#   conclint.sh build   builds conclint from the action's own checkout, so that the
#                       version of the action is the version of the linter
#   conclint.sh lint    runs it on $INPUT_PACKAGES in $INPUT_DIR
#
# The linter runs once; the other formats come from the build cache.
set -euo pipefail

bin=${RUNNER_TEMP:?the runner sets it}/conclint-bin

die() {
	echo "::error title=conclint::$1"
	exit 2
}

build() {
	command -v go >/dev/null || die "there is no go command: put actions/setup-go before this step"
	mkdir -p "$bin"
	GOFLAGS='' GOWORK=off go build -C "$GITHUB_ACTION_PATH" -trimpath -o "$bin/conclint" ./cmd/conclint ||
		die "conclint could not be built; it needs the Go version that its go.mod names"
}

# flag is the value of an input that is true or false.
flag() {
	case $2 in
	true | false) echo "$2" ;;
	*) die "input $1 is \"$2\": want true or false" ;;
	esac
}

lint() {
	local fail code=0
	fail=$(flag fail "${INPUT_FAIL:-true}") || { echo "$fail"; exit 2; }
	local -a flags packages
	read -ra flags <<<"${INPUT_FLAGS:-}"
	read -ra packages <<<"${INPUT_PACKAGES:-./...}"
	[ -z "${INPUT_NEW_FROM:-}" ] || flags+=("-new-from=$INPUT_NEW_FROM")
	cd "${INPUT_DIR:-.}" || die "there is no directory ${INPUT_DIR:-.}"

	local counts=$bin/counts json=$bin/findings.json
	"$bin/conclint" -stats "${flags[@]}" -format github "${packages[@]}" 2>"$counts" || code=$?
	cat "$counts" >&2
	# A file is written whatever was found; that it cannot be is an error of its own.
	again() {
		local c=0
		"$bin/conclint" "${flags[@]}" -format "$1" "${packages[@]}" >"$2" 2>/dev/null || c=$?
		[ "$c" -le 1 ] || [ "$code" = 2 ] || die "conclint -format $1 failed"
	}
	again json "$json"
	[ -z "${INPUT_SARIF:-}" ] || again sarif "$INPUT_SARIF"
	[ -z "${INPUT_HTML:-}" ] || again html "$INPUT_HTML"

	local n
	n=$(grep -c '^      "fingerprint": ' "$json" || true)
	echo "findings=$n" >>"${GITHUB_OUTPUT:-/dev/null}"
	summary "$n" "$counts" "$code" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
	[ "$code" != 1 ] || [ "$fail" = true ] || code=0
	exit "$code"
}

# summary is what the page of the run shows.
summary() {
	echo "### conclint"
	echo
	[ "$3" != 2 ] || echo "Some packages could not be analysed: see the log."
	if [ "$1" = 0 ]; then
		echo "No findings."
		return
	fi
	echo '```text'
	cat "$2"
	echo '```'
}

case ${1:-} in
build) build ;;
lint) lint ;;
*) die "usage: conclint.sh build|lint" ;;
esac
