# snowline: one file, read from top to bottom.
#   make            build/release/snowline
#   make help       what else there is

MODE    ?= release
WERROR  ?= 0
V       ?= 0
PREFIX  ?= /usr/local
SYSCONFDIR ?= $(if $(filter /usr,$(PREFIX)),/etc,$(PREFIX)/etc)
VERSION := 0.1.0
B       := build/$(MODE)
.DELETE_ON_ERROR: # half a file is none

CC      ?= cc
PKGS    := libuv libcares libcurl libpsl sqlite3 libpq libzstd zlib jansson libssl libcrypto
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
        -Wmissing-prototypes $(if $(filter 1,$(WERROR)),-Werror)
HARDEN := -fstack-protector-strong -fPIE
ifeq ($(MODE),release)
  OPT := -O2 -g -D_FORTIFY_SOURCE=2
else ifeq ($(MODE),debug)
  OPT := -O0 -g
else ifeq ($(MODE),asan)
  OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
         -fno-sanitize-recover=all
else ifeq ($(MODE),cov)
  OPT := -O0 -g --coverage
else ifeq ($(MODE),fuzz)
  CC  := clang
  OPT := -O1 -g -fno-omit-frame-pointer \
         -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
else
  $(error MODE is release, debug, asan, cov or fuzz)
endif

CFLAGS   ?=
CPPFLAGS ?=
LDFLAGS  ?=
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE $(WARN) $(HARDEN) $(OPT) -Iinclude -Itests \
    -Iscanner -I$B/made -include scanner/base/banned.h \
    -DSNOW_VERSION='"$(VERSION)"' \
    -DSNOW_DATADIR='"$(PREFIX)/share/snowline"' \
    -DSNOW_CONFDIR='"$(SYSCONFDIR)/snowline"' -DCARES_NO_DEPRECATED \
    $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS := -pie -Wl,-z,relro,-z,now $(OPT) $(LDFLAGS)
LIBS := $(PKG_LIBS) -lm -lpthread

LIB_SRC  := $(filter-out scanner/cli/%,$(wildcard scanner/*/*.c))
CLI_SRC  := $(wildcard scanner/cli/*.c)
LIB_OBJ  := $(LIB_SRC:%.c=$B/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$B/%.o)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$B/tests/%)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN := $(FUZZ_SRC:tests/fuzz/%.c=$B/tests/%)
SUPPORT_SRC := $(filter-out %main.c,$(wildcard tests/support/*.c))
SUPPORT_OBJ := $(SUPPORT_SRC:%.c=$B/%.o)
Q := $(if $(filter 1,$V),,@)

.PHONY: all
all: $B/snowline ## build build/$(MODE)/snowline

$B/snowline: $(CLI_OBJ) $B/libsnowline.a
	$Q$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$B/libsnowline.a: $(LIB_OBJ)
	$Qrm -f $@; ar rcs $@ $^

# what the program says of itself: its manual page, completions of shells
DOC := $B/snowline.1 $B/completions/snowline $B/completions/_snowline \
    $B/completions/snowline.fish
.PHONY: doc
doc: $(DOC) ## the manual page snowline.1 and completions of shells
$B/snowline.1: SAYS := manual
$B/completions/snowline: SAYS := completion bash
$B/completions/_snowline: SAYS := completion zsh
$B/completions/snowline.fish: SAYS := completion fish
$(DOC): $B/snowline
	$Qmkdir -p $(@D); $B/snowline $(SAYS) > $@.new && mv $@.new $@

# flags that change rebuild everything
$B/flags: FORCE
	$Qmkdir -p $(@D); echo '$(CC) $(subst ','\'',$(ALL_CFLAGS))' | \
	    cmp -s - $@ || echo '$(CC) $(subst ','\'',$(ALL_CFLAGS))' > $@
FORCE:

$B/%.o: %.c $B/flags
	$Qmkdir -p $(@D)
	$Q$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$B/tests/test_%: $B/tests/unit/test_%.o $(SUPPORT_OBJ) $B/libsnowline.a
	$Qmkdir -p $(@D)
	$Q$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

# what talks to people is no part of the library
CLI_PARTS := $(filter-out %/main.o,$(CLI_OBJ))
$B/tests/test_cli_%: $B/tests/unit/test_cli_%.o $(SUPPORT_OBJ) $(CLI_PARTS) \
    $B/libsnowline.a
	$Qmkdir -p $(@D)
	$Q$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
$B/tests/fuzz_cli_config: $(CLI_PARTS)

# its own allocations can be made to fail
$B/tests/test_alloc: LIBS += -Wl,--wrap=malloc,--wrap=calloc \
    -Wl,--wrap=realloc,--wrap=strdup

ifeq ($(MODE),fuzz)
$B/tests/fuzz_%: $B/tests/fuzz/fuzz_%.o $B/libsnowline.a
	$Qmkdir -p $(@D)
	$Q$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) \
	    $(filter %.a,$^) $(LIBS)
else
$B/tests/fuzz_%: $B/tests/fuzz/fuzz_%.o $B/tests/fuzz/main.o $B/libsnowline.a
	$Qmkdir -p $(@D)
	$Q$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)
endif

$B/bench/%: $B/tests/bench/%.o $B/libsnowline.a
	$Qmkdir -p $(@D)
	$Q$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

LAB_BIN := $B/lab/smtp-fixture $B/lab/dns-fixture
LAB_OBJ := $(patsubst %.c,$B/%.o,$(wildcard tests/lab/*.c))
$B/lab/smtp-fixture: $B/tests/support/smtp_fixture.o \
    $B/tests/support/smtp_fixture_tls.o $B/tests/support/smtp_listen.o
$B/lab/dns-fixture: $(filter $B/tests/lab/dns_%,$(LAB_OBJ))
$B/lab/%: $B/tests/lab/%.o $B/libsnowline.a
	$Qmkdir -p $(@D)
	$Q$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)

# the page of the HTML report: lines of C, and the hashes that its policy names
PAGE     := scanner/report/page
PAGE_JS  := $(filter-out %/early.js %/main.js,$(sort \
    $(wildcard $(PAGE)/*.js))) $(PAGE)/main.js
PAGE_INC := $(addprefix $B/made/report/page_,html.inc css.inc early.inc js.inc)
TO_LINES := sed 's/[\\"?]/\\&/g; s/^/"/; s/$$/\\n",/'
HASH      = $$(sha256sum < $(1) | cut -c1-64 | tr a-f A-F | \
    basenc -d --base16 | base64)
$B/made/report/page_html.inc: $(PAGE)/page.html
	$Qmkdir -p $(@D); $(TO_LINES) $^ > $@
$B/made/report/page_css.inc: $(PAGE)/page.css
	$Qmkdir -p $(@D); $(TO_LINES) $^ > $@
$B/made/report/page_early.inc: $(PAGE)/early.js
	$Qmkdir -p $(@D); $(TO_LINES) $^ > $@
$B/made/report/page_js.inc: $(PAGE_JS) Makefile
	$Qmkdir -p $(@D)
	$Q{ echo '"use strict";'; echo '(() => {'; cat $(PAGE_JS); \
	    echo '})();'; } > $(@D)/page.js
	$Q$(TO_LINES) $(@D)/page.js > $@
$B/made/report/page_hashes.h: $(PAGE_INC)
	$Q{ echo "#define PAGE_CSS_SHA256 \"$(call HASH,$(PAGE)/page.css)\""; \
	    echo "#define PAGE_EARLY_SHA256 \"$(call HASH,$(PAGE)/early.js)\""; \
	    echo "#define PAGE_JS_SHA256 \"$(call HASH,$(@D)/page.js)\""; } > $@
$B/scanner/report/html.o: $(PAGE_INC) $B/made/report/page_hashes.h

.PHONY: unit
unit: $(UNIT_BIN) $(FUZZ_BIN) ## unit tests and fuzz corpora alone
	$Qtests/run-unit $B

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(UNIT_SRC:%.c=$B/%.d) \
    $(FUZZ_SRC:%.c=$B/%.d) $(SUPPORT_OBJ:.o=.d) $(LAB_OBJ:.o=.d) \
    $(patsubst %.c,$B/%.d,$(wildcard tests/bench/*.c))
.SECONDARY:

.PHONY: demo
demo: ## see it work: install what is missing, scan a lab on loopback
	$Qtests/install-deps demo
	$Q$(MAKE) --no-print-directory all lab
	$Qtests/lab/demo
.PHONY: lab
lab: $(LAB_BIN)

.PHONY: check check-asan check-valgrind integration
check: ## run every test: install what is missing, lint, build twice, test
	$Qtests/install-deps check
	$Q$(MAKE) --no-print-directory check-all WERROR=1
.PHONY: check-all
check-all:
	$Q$(MAKE) --no-print-directory lint
	$Q$(MAKE) --no-print-directory check-asan
	$Q$(MAKE) --no-print-directory check-valgrind
	$Q$(MAKE) --no-print-directory integration
check-asan: ## unit tests, fuzz corpora and a scan under ASan and UBSan
	$Q$(MAKE) --no-print-directory -j2 MODE=asan CC=gcc B=build/asan all lab unit
	$Q$(MAKE) --no-print-directory -j2 MODE=asan CC=clang \
	    B=build/asan-clang all unit
	$QSNOWLINE_BUILD=build/asan tests/integration/run one_block
check-valgrind: ## unit tests and a scan of one /24 under valgrind
	$Q$(MAKE) --no-print-directory -j2 all lab unit-build
	$Qtests/run-unit $B $(VALGRIND)
	$QSNOWLINE_PREFIX='$(VALGRIND)' tests/integration/run one_block
integration: all lab ## tests against real servers on loopback
	$Qtests/golden/consumers.py
	$Qtests/golden/sharing.py
	$Qtests/integration/run
VALGRIND := valgrind -q --leak-check=full --errors-for-leak-kinds=definite \
    --error-exitcode=99
.PHONY: unit-build
unit-build: $(UNIT_BIN) $(FUZZ_BIN)

BENCH ?=
.PHONY: bench
bench: ## what look-ups, greetings, analyses cost; BENCH=OPTIONS
	$Qtests/install-deps bench
	$Q$(MAKE) --no-print-directory all lab $B/bench/whois $B/bench/diff \
	    $B/bench/world $B/bench/lists
	$Q$B/bench/whois tests/registry/*.txt
	$Q$B/bench/diff
	$Q$B/bench/lists
	$QSNOWLINE_BUILD=$B tests/bench/import.py
	$QSNOWLINE_BUILD=$B tests/bench/bench $(BENCH)

SEEDS ?= 1-5
.PHONY: evaluate
evaluate: all ## what is found in made-up worlds, whom it wrongs; SEEDS=1-5
	$Qtests/evaluate/evaluate --seeds $(SEEDS) $(EVALUATE)

C_FILES := $(wildcard include/snowline/*.h scanner/*/*.[ch] tests/*/*.[ch])
.PHONY: lint
lint: $(PAGE_INC) $B/made/report/page_hashes.h ## format, limits of size and nesting, layers, headers alone
	$Qclang-format --dry-run -Werror $(C_FILES)
	$Qtests/lint/layers
	$Qtests/lint/shape
	$Qfor h in include/snowline/*.h; do \
	    $(CC) -std=c11 $(WARN) -Werror -Iinclude -fsyntax-only -x c $$h && \
	    g++ -std=c++17 -Wall -Wextra -Werror -Iinclude -fsyntax-only \
	        -x c++ $$h || exit 1; done
	$Qprintf '%s\n' $(wildcard scanner/*/*.c) | xargs -I{} -P $$(nproc) \
	    clang-tidy --quiet {} -- $(ALL_CFLAGS) 2>/dev/null

# where things go, below DESTDIR
BINDIR  := $(PREFIX)/bin
SHARE   := $(PREFIX)/share/snowline
CONF    := $(SYSCONFDIR)/snowline
DOCDIR  ?= $(PREFIX)/share/doc/snowline
MANDIR  ?= $(PREFIX)/share/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
LIBEXEC := $(PREFIX)/libexec/snowline
UNITS   := snowline@.service snowline@.timer snowline-mail@.service
INSTALLED := $(BINDIR)/snowline $(SHARE)/targets/reserved.txt \
    $(addprefix $(DOCDIR)/,README.md results.md example.conf) \
    $(MANDIR)/man1/snowline.1 $(BASHDIR)/snowline $(ZSHDIR)/_snowline \
    $(FISHDIR)/snowline.fish $(LIBEXEC)/weekly $(addprefix $(UNITDIR)/,$(UNITS))
# $(call place,MODE,FILE,WHERE)
place = install -D -m $1 $2 $(DESTDIR)$3
# the same, with the folders filled in
place_filled = install -d $(DESTDIR)$(dir $3) && \
    sed 's|@PREFIX@|$(PREFIX)|g; s|@SYSCONFDIR@|$(SYSCONFDIR)|g' $2 \
        > $(DESTDIR)$3 && chmod $1 $(DESTDIR)$3

.PHONY: install uninstall
install: all doc ## into PREFIX (/usr/local), below DESTDIR
	$(call place,755,$B/snowline,$(BINDIR)/snowline)
	$(call place,644,targets/reserved.txt,$(SHARE)/targets/reserved.txt)
	test -e $(DESTDIR)$(CONF)/optout.txt || \
	    $(call place,644,targets/optout.txt,$(CONF)/optout.txt)
	$(call place,644,README.md,$(DOCDIR)/README.md)
	$(call place,644,results/README.md,$(DOCDIR)/results.md)
	$(call place,644,share/example.conf,$(DOCDIR)/example.conf)
	$(call place,644,$B/snowline.1,$(MANDIR)/man1/snowline.1)
	$(call place,644,$B/completions/snowline,$(BASHDIR)/snowline)
	$(call place,644,$B/completions/_snowline,$(ZSHDIR)/_snowline)
	$(call place,644,$B/completions/snowline.fish,$(FISHDIR)/snowline.fish)
	$(call place_filled,755,share/weekly,$(LIBEXEC)/weekly)
	$(foreach u,$(UNITS),$(call place_filled,644,share/$u,$(UNITDIR)/$u) &&) :
# folders that others use stay, also empty ones
uninstall: ## all but an optout.txt that was added to
	rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	! cmp -s targets/optout.txt $(DESTDIR)$(CONF)/optout.txt || \
	    rm $(DESTDIR)$(CONF)/optout.txt
	rmdir --ignore-fail-on-non-empty $(addprefix $(DESTDIR),\
	    $(SHARE)/targets $(SHARE) $(DOCDIR) $(LIBEXEC) $(CONF)) \
	    2>/dev/null || :

# the same octets each time: in the order of names, with the time of the last
# commit, or of the newest change where there is no git
DIST := snowline-$(VERSION)
IN_GIT := $(wildcard .git)
FILES_OF_DIST = $(if $(IN_GIT),git ls-files,find . -type f \
    ! -path './build/*' ! -path './results/*.*' -printf '%P\n'; \
    echo results/README.md)
DIST_TIME = $(or $(SOURCE_DATE_EPOCH),$(shell $(if $(IN_GIT),\
    git log -1 --format=%ct,stat -c %Y Makefile)))
.PHONY: dist deb
dist: ## build/snowline-VERSION.tar.gz, of what git knows
	$Qmkdir -p build
	$Q{ $(FILES_OF_DIST); } | grep -v -e '^\.ci/' -e '^\.git' | LC_ALL=C sort -u | \
	    tar -c --no-recursion --verbatim-files-from -T - --mtime=@$(DIST_TIME) \
	        --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
	        --transform 's,^,$(DIST)/,' > build/$(DIST).tar
	$Qgzip -nf9 build/$(DIST).tar
deb: dist ## Debian packages, in build/deb
	$Qrm -rf build/deb && mkdir -p build/deb && \
	    tar -xzf build/$(DIST).tar.gz -C build/deb
	$Qcd build/deb/$(DIST) && dpkg-buildpackage -us -uc $(DEB)

FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZ_SECONDS (clang)
	$Q$(MAKE) MODE=fuzz fuzz-run
.PHONY: fuzz-run
fuzz-run: $(FUZZ_BIN)
	$Qfor f in $(FUZZ_BIN); do \
	    seeds=tests/fuzz/corpus/$${f##*/fuzz_}; \
	    new=$B/corpus/$${f##*/fuzz_}; mkdir -p $$new; \
	    echo "$${f##*/}"; \
	    $$f -max_total_time=$(FUZZ_SECONDS) -verbosity=0 \
	        -artifact_prefix=$B/ $$new $$seeds || exit 1; done

.PHONY: clean
clean: ## remove build/
	$Qrm -rf build

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | \
	    sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 18
