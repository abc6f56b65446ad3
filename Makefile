# Two commands do everything: `make demo` and `make test`. Each sets the machine up first.
.DEFAULT_GOAL := help
.PHONY: help setup build demo kube-assets kube-versions e2e test native-check bench soak fmt clean
MAVEN := ./mvnw -B -ntp
SOURCES := pom.xml $(shell find src/main -type f 2>/dev/null)

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## JDK 25, Maven and libwasmtime, installed where that is possible
	@tools/setup

build: setup target/quarkus-app/quarkus-run.jar target/client.jsa ## the application, in target/quarkus-app

target/quarkus-app/quarkus-run.jar: $(SOURCES)
	@echo "building the application (a cold start fetches its libraries, some 100 MB)"
	@$(MAVEN) -q package -DskipTests
	@touch $@

# Classes that a command loads, as the JVM has them in memory: a quarter less time to start. Nothing needs it.
target/client.jsa: target/quarkus-app/quarkus-run.jar
	@rm -f $@
	@WINDLASS_JAVA_OPTS="-XX:ArchiveClassesAtExit=$@" bin/windlass verify docs/examples/receipt.tlog-proof \
	  --policy docs/examples/policy.txt >target/client.log 2>&1 \
	  || { rm -f $@; echo "no archive of classes was made (target/client.log): commands take a moment longer"; }

demo: build ## start `windlass up`, deploy real functions, call them, verify a result, stop
	@tools/demo

kube-assets: ## Kubernetes' own programs from Go modules, for the tests, in a cache (20 minutes the first time)
	@tools/kube/build

kube-versions: ## the tests of operator, registrar and chart on other Kubernetes versions (builds each: an hour the first time)
	@tools/setup
	@tools/kube/versions

e2e: build ## a user's whole story on a real Kubernetes: chart, functions, ingress, kills and upgrades under load (root)
	@tools/setup nodes
	@tools/kube/build
	@tools/e2e
	@tools/image/check

test: ## every test; what the tests need is set up first
	@tools/setup guests
	@tools/kube/build control-plane registry
	@$(MAVEN) verify

native-check: ## whether a native image would have what the program reflects on, traced on the JVM (no GraalVM needed)
	@tools/setup
	@tools/kube/build control-plane
	@tools/native-check

bench: build ## a table with ratios from one run, also in target/bench.json
	@tools/bench

soak: build ## mixed load, kills, an API server that is away, many seeds (SECONDS=600 for each of the first two)
	@tools/soak $(or $(SECONDS),600)

fmt: ## format the sources
	@$(MAVEN) -q spotless:apply

clean: ## remove what was built (caches outside the tree stay)
	@rm -rf target
