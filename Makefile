# Everything that these commands need beside Python 3.11 or later is installed below this folder, once.

PYTHON ?= python3
PYTHON311 ?= python3.11
SPEC ?= cn_1inch
BACKGROUND ?= blue
OUT ?= out
PEOPLE ?= 2976
ARCH ?= arm64

VENV := .venv
RUN := $(VENV)/bin/python
PIP := install -qq --disable-pip-version-check --no-warn-script-location
MODEL := layers/inference/idphoto_models/u2net.onnx
CODE := layers functions local tests

export PHOTO SPEC BACKGROUND OUT PORTRAITS
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help:
	@echo 'make run [PHOTO=me.jpg] [SPEC=cn_1inch] [BACKGROUND=blue] [OUT=out]'
	@echo '                              a portrait in, an ID photo out, through the API on this machine'
	@echo 'make serve [PORT=8080]        start that API and keep it up; address and key: .local/stack.json'
	@echo 'make stop                     stop it; its photos are gone'
	@echo 'make test                     the tests'
	@echo 'make test-slow                the tests that take long: one and a half hours on two cores'
	@echo 'make check                    lint, types, template, state machine'
	@echo 'make build [ARCH=arm64]       the layers as they are deployed, weighed against the limit of Lambda'
	@echo 'make bench [PORTRAITS=dir]    speed, memory and quality figures'
	@echo 'make gallery PORTRAITS=dir [EFFECTS="skin gaze"] [GARMENTS=1] [ONLY="name ..."]'
	@echo '                              contact sheets of your own portraits, in gallery/'
	@echo 'make openapi                  write the API description and the API reference made from it'
	@echo 'make showcase                 make the page of the effects with its pictures, layers/client/docs/effects.md'
	@echo 'make diagram                  draw the chain into the READMEs, from its definition'
	@echo 'make models                   fetch and prepare the models'
	@echo 'make wardrobe [ONLY="id ..."] [PREVIEW=1] [LABELS=1]'
	@echo '                              cut and photograph the garments anew (needs Python 3.11, minutes each)'
	@echo 'make parser [PEOPLE=2976]     draw portraits and teach the parser of parts anew, in .cache/parser'
	@echo '                              (needs Python 3.11, 35 GB and two and a half hours on two cores)'
	@echo 'make specs [FETCH=1]          write the photo specifications, layers/engine/idphoto/specs.json'
	@echo 'make clean                    remove all that these commands have made'

# --- the product

.PHONY: run
run: .cache/local.stamp
	@$(RUN) -m local.stack serve
	@env -u IDPHOTO_BASE_URL -u IDPHOTO_API_KEY $(VENV)/bin/idphoto make "$${PHOTO:-$$($(RUN) -m local.sample)}" \
		--watermark none $${SPEC:+--spec "$$SPEC"} $${BACKGROUND:+--background "$$BACKGROUND"} --out "$$OUT"

.PHONY: serve
serve: .cache/local.stamp
	@$(RUN) -m local.stack serve $(if $(PORT),--port $(PORT))

.PHONY: stop
stop:
	@test ! -x $(RUN) || $(RUN) -m local.stack stop

.PHONY: build
build: .cache/venv.stamp $(MODEL)
	@$(RUN) -m local.build --arch $(ARCH)

.PHONY: openapi
openapi: .cache/venv.stamp
	@$(RUN) -m local.openapi
	@$(RUN) -m local.reference

.PHONY: showcase
showcase: .cache/local.stamp
	@$(RUN) -m local.showcase

.PHONY: diagram
diagram: .cache/venv.stamp
	@$(RUN) -m local.diagram

.PHONY: models
models: $(MODEL)

.PHONY: specs
specs: .cache/venv.stamp
	@PYTHONPATH=layers/engine $(RUN) -m specs.build $(if $(FETCH),--fetch)

.PHONY: wardrobe
wardrobe: .cache/wardrobe.stamp
	@PYTHONPATH=layers/engine:layers/materials .cache/wardrobe/bin/python -m wardrobe.build $(ONLY) \
		$(if $(LABELS),--labels) $(if $(PREVIEW),--preview --out $(OUT)/wardrobe)

PARSER := .cache/parser
TEACH := PYTHONPATH=layers/engine:layers/inference $(PARSER)/python/bin/python -m parts
SEE := PYTHONPATH=layers/engine:layers/inference $(RUN) -m parts

.PHONY: parser
parser: .cache/parser.stamp $(MODEL)
	@$(TEACH).generate $(PARSER)/photos --count $(PEOPLE)
	@$(TEACH).generate $(PARSER)/photos --first 2976 --count 4800 --every 8 --hair bald ring locs topknot pony longcurly
	@$(SEE).features $(PARSER)/photos $(PARSER)/features
	@$(TEACH).train $(PARSER)/photos $(PARSER)/features $(PARSER)/networks
	@$(TEACH).join $(PARSER)/features $(PARSER)/networks layers/inference/idphoto_models/parts_head.onnx
	@$(RUN) layers/inference/fetch.py --record parts_head
	@$(SEE).measure $(PARSER)/photos

# --- its quality

.PHONY: test
test: .cache/local.stamp
	@$(RUN) -m pytest -m 'not slow'

.PHONY: test-slow
test-slow: .cache/local.stamp
	@$(RUN) -m pytest -m slow

.PHONY: check
check: .cache/venv.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy $(CODE)
	$(VENV)/bin/cfn-lint template.yaml
	$(VENV)/bin/statelint --yaml --ignore=FLOAT functions/chain/chain.asl.yaml

.PHONY: bench
bench: .cache/local.stamp
	@$(RUN) tests/bench/bench_photo.py
	@$(RUN) tests/bench/bench_render.py
	@$(RUN) -m tests.bench.bench_undo
	@$(RUN) -m tests.bench.bench_studio
	@$(RUN) -m tests.bench.bench_cost
	@$(RUN) tests/bench/bench_frame.py $${PORTRAITS:+"$$PORTRAITS"}
	@$(RUN) tests/bench/bench_matte.py $${PORTRAITS:+"$$PORTRAITS"}
	@$(RUN) tests/bench/bench_specs.py $${PORTRAITS:+"$$PORTRAITS"}
	@$(RUN) -m tests.bench.bench_effects $${PORTRAITS:+"$$PORTRAITS"}
	@$(RUN) -m tests.bench.bench_outfits $${PORTRAITS:+"$$PORTRAITS"}
	@$(if $(PORTRAITS),$(RUN) -m tests.bench.bench_parts "$$PORTRAITS")
	@$(if $(PORTRAITS),$(RUN) -m tests.bench.bench_checks "$$PORTRAITS")

.PHONY: gallery
gallery: .cache/venv.stamp $(MODEL)
	@test -d "$$PORTRAITS" || { echo 'make gallery PORTRAITS=dir: a folder of portraits' >&2; exit 2; }
	@$(RUN) -m tests.bench.gallery "$$PORTRAITS" --out gallery $(if $(EFFECTS),--effects $(EFFECTS)) $(if $(GARMENTS),--garments) $(if $(ONLY),--only $(ONLY))

.PHONY: clean
clean:
	@$(MAKE) --no-print-directory stop
	rm -rf $(VENV) layers/client/build .cache .local .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info out gallery $(MODEL)

# --- what they need, installed once

.cache/venv.stamp: pyproject.toml tests/requirements.txt $(wildcard layers/*/requirements.txt)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=...")'
	@mkdir -p .cache
	@echo 'Installing the Python packages (about 300 MB, once)'
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) -m pip $(PIP) --editable '.[dev]'
	@touch $@

.cache/local.stamp: local/runtime.txt local/emulator.txt .cache/venv.stamp $(MODEL)
	@echo 'Installing the local AWS (about 40 MB, once)'
	@rm -rf .cache/runtime .cache/emulator
	@$(RUN) -m venv --without-pip .cache/runtime
	@$(RUN) -m pip --python .cache/runtime/bin/python $(PIP) --requirement local/runtime.txt
	@$(RUN) -m pip --python .cache/runtime/bin/python $(PIP) --target .cache/emulator --requirement local/emulator.txt
	@touch $@

.cache/wardrobe.stamp: layers/materials/wardrobe/requirements.txt
	@echo 'Installing Blender as a Python module (1.3 GB, once)'
	@rm -rf .cache/wardrobe
	@$(PYTHON311) -m venv .cache/wardrobe
	@.cache/wardrobe/bin/python -m pip $(PIP) --requirement $<
	@touch $@

.cache/parser.stamp: layers/inference/parts/requirements.txt
	@echo 'Installing PyTorch and the meshes of MakeHuman (7 GB, once)'
	@rm -rf $(PARSER)/python
	@$(PYTHON311) -m venv $(PARSER)/python
	@$(PARSER)/python/bin/python -m pip $(PIP) --requirement $<
	@touch $@

$(MODEL): layers/inference/models.toml $(wildcard layers/inference/*.py) | .cache/venv.stamp
	@$(RUN) layers/inference/fetch.py
	@touch $@
