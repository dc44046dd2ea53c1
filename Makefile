# The project's commands. Each installs what it needs (tools/install), so that a fresh machine with a shell, git and root or
# sudo is enough. CMake and Ninja do the building; their presets are in CMakePresets.json.

PORT ?= 8080
SECONDS ?= 60
N ?= 20000
JOBS ?= $(shell nproc)
SOURCES = $(shell git ls-files '*.c' '*.h' ':!examples/counter') # the counter stands in the README as it is

.PHONY: all build demo test test-c test-client test-e2e test-tsan test-clang test-valgrind fuzz oracle bench lint format client docs clean

all: build

build:
	@tools/install build
	@cmake --preset release > build.log 2>&1 || { cat build.log; rm -f build.log; exit 1; }; rm -f build.log
	@ninja -C build -j $(JOBS)

# Serve the dashboard, with sessions in memory, until Ctrl+C.
demo: build
	@build/examples/dashboard --listen 127.0.0.1:$(PORT)

# Everything that must pass: C under AddressSanitizer and UBSan, the client, and the browser.
test: test-c test-client test-e2e

test-c: build
	@tools/install test
	@cmake --preset asan > /dev/null
	@ninja -C build/asan -j $(JOBS)
	@cd build/asan && ctest --output-on-failure -j $(JOBS)

test-client:
	@tools/install client
	@tools/client test

test-e2e: build
	@tools/install client browser
	@tools/client install-e2e
	@cd tests/e2e && timeout 900 npm --silent test

test-tsan: build
	@tools/install test
	@cmake --preset tsan > /dev/null
	@ninja -C build/tsan -j $(JOBS)
	@cd build/tsan && ctest --output-on-failure -j $(JOBS) -L threads

test-clang: build
	@tools/install test lint
	@cmake --preset clang > /dev/null
	@ninja -C build/clang -j $(JOBS)
	@cd build/clang && ctest --output-on-failure -j $(JOBS)

# One visit to the server under valgrind: no error, nothing lost.
test-valgrind: build
	@tools/install test valgrind
	@tests/valgrind/run build/examples/todos

# Every reader of bytes from outside, tried with libFuzzer for SECONDS each.
fuzz:
	@tools/install build fuzz
	@cmake --preset fuzz > /dev/null
	@ninja -C build/fuzz -j $(JOBS) fuzzers
	@tests/fuzz/run $(SECONDS)

# Compare with Go's html/template and text/template, where Go is installed.
oracle: build
	@tests/oracle/run $(N)

# Compare with Go's html/template, a page written by hand, and other engines (docs/BENCHMARKS.md).
bench: build
	@bench/run

lint: build
	@tools/install lint client
	@tools/lint

format:
	@tools/install lint
	@clang-format -i $(SOURCES)

# Rebuild the committed bundle of the client.
client:
	@tools/install client
	@tools/client build

# The API reference, from the headers, to build/docs/html/index.html.
docs: build
	@tools/install docs
	@doxygen docs/Doxyfile
	@echo "build/docs/html/index.html"

clean:
	rm -rf build
