"""What the program says of itself: help, manual, completions; how options,
environment and config file reach it; how its tables fit a terminal."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from support import BUILD, PATIENCE_S, ROOT, Case, ok, run

SGR = "\x1b["
DOMAINS = ("blueomb.com", "applpeak.com", "grnture.com", "xn--bcher-kva.com")


def commands():
    """As the first page of help lists them."""
    return re.findall(r"^  ([a-z]+) ", ok("help"), re.M)


def options(command):
    return set(re.findall(r"^ +(?:-\w, )?--([a-z][a-z-]*)",
                          ok(command, "--help"), re.M))


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, *args, columns=80, **env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.environ.update({"TERM": "xterm", **env})
                os.chdir(ROOT)
                os.read(0, 1)  # until the size is set
                os.execvp(args[0], args)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", 50, columns, 0, 0))
        self.said = ""
        os.write(self.fd, b"\n")

    def read(self):
        """More of what it says; False at the end."""
        if not select.select([self.fd], [], [], PATIENCE_S)[0]:
            raise AssertionError(f"nothing more behind {self.said!r}")
        try:
            octets = os.read(self.fd, 65536)
        except OSError:  # it has ended
            octets = b""
        self.said += octets.decode(errors="replace")
        return bool(octets)

    def rest(self):
        while self.read():
            pass
        self.close()
        return self.said.replace("\r\n", "\n").removeprefix("\n")

    def type(self, text, until):
        """Type, and wait until it has said that."""
        self.said = ""
        os.write(self.fd, text.encode())
        end = time.monotonic() + PATIENCE_S
        while until not in self.said:
            if time.monotonic() > end or not self.read():
                raise AssertionError(f"{text!r}: {self.said!r}")

    def close(self):
        if self.pid:
            os.close(self.fd)
            os.waitpid(self.pid, 0)
            self.pid = 0


class Cli(Case):
    def write(self, name, text):
        path = self.path(name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def said(self, *args, code=2, **more):
        done = run(*args, **more)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertRegex(done.stderr, r"\Asnowline: [^\n]+\n\Z")
        return done.stderr

    # ------------------------------------------------------ help and manual

    def test_help_is_the_same_everywhere(self):
        self.assertEqual(ok("help"), ok("--help"))
        self.assertEqual(ok("help"), ok("-h"))
        self.assertEqual(ok("version"), ok("--version"))
        for command in commands():
            with self.subTest(command):
                said = ok("help", command)
                self.assertEqual(said, ok(command, "--help"))
                self.assertEqual(said, ok(command, "-h", "x"))
                self.assertIn(f"usage: snowline {command}", said)
                self.assertIn("\nExamples\n", said)
        bare = run()
        self.assertEqual((bare.returncode, bare.stdout), (2, ""))
        self.assertEqual(bare.stderr, ok("help"))

    def test_help_fits_the_terminal(self):
        for columns in (50, 80, 100):
            text = Terminal(os.path.join(BUILD, "snowline"), "scan", "--help",
                            columns=columns).rest()
            lines = [x for x in text.splitlines() if x.startswith("     ")]
            self.assertGreater(len(lines), 30)
            # but for a word that is longer than all there is
            wide = [x for x in lines if len(x) > columns and " " in x.strip()]
            self.assertEqual(wide, [])
            self.assertGreater(max(map(len, lines)), columns - 12)

    def test_manual_is_clean_and_whole(self):
        path = self.write("snowline.1", ok("manual"))
        for judge in (["man", "--warnings", "-l", path],
                      ["mandoc", "-Tlint", "-Wstyle", path],
                      ["groff", "-ww", "-z", "-man", "-Tutf8", path]):
            with self.subTest(judge[0]):
                done = subprocess.run(
                    judge, capture_output=True, text=True,
                    env={**os.environ, "LC_ALL": "C.UTF-8", "MANPAGER": "cat",
                         "MANWIDTH": "100"})
                said = done.stderr + (done.stdout if judge[0] != "man" else "")
                self.assertEqual((done.returncode, said), (0, ""))
        text = subprocess.run(["mandoc", "-Tascii", path], text=True,
                              capture_output=True, check=True).stdout
        text = re.sub(".\x08", "", text)  # bold is struck twice
        lines = [x.strip() for x in text.splitlines()]
        for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS",
                        "OPTIONS", "FORMATS", "CONFIGURATION", "ENVIRONMENT",
                        "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"):
            self.assertIn(heading, lines)
        for command in commands():
            for option in options(command):
                self.assertTrue(f"--{option} " in text or
                                f"--{option}\n" in text, option)
            for line in re.findall(r"^  (snowline .*)$", ok("help", command),
                                   re.M):
                self.assertIn(line, lines)

    def test_a_full_disk_is_told(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([os.path.join(BUILD, "snowline"), "manual"],
                                  stdout=full, stderr=subprocess.PIPE,
                                  text=True)
        self.assertEqual((done.returncode, done.stderr),
                         (1, "snowline: no space left\n"))

    # ----------------------------------------------------------- completions

    def test_bash_completes(self):
        script = self.write("snowline", ok("completion", "bash"))
        ask = """
            source "$1"; shift
            compopt() { echo "$@"; }  # only bash may call it: tell what for
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _snowline
            printf '%s\\n' "${COMPREPLY[@]}"
            """

        def answers(*words):
            done = subprocess.run(["bash", "-uc", ask, "bash", script, *words],
                                  capture_output=True, text=True, check=True)
            self.assertEqual(done.stderr, "")
            return done.stdout.split()

        self.check_answers(answers)
        self.assertEqual(answers("snowline", "export", "--format", "=", "evi"),
                         ["evidence-csv"])
        self.assertEqual(set(answers("snowline", "scan", "--gso", "=")),
                         {"auto", "on", "off"})
        for words in (["export", "-o", "x"], ["export", "x"],
                      ["scan", "--domains", ""], ["scan", "--config", "x"]):
            self.assertEqual(answers("snowline", *words), ["-o", "default"])
        self.assertEqual(answers("snowline", "scan", "--seed", ""), [])

    def test_fish_completes(self):
        script = self.write("snowline.fish", ok("completion", "fish"))
        env = {**os.environ, "HOME": self.dir, "XDG_CONFIG_HOME": self.dir,
               "XDG_DATA_HOME": self.dir}

        def answers(*words):
            done = subprocess.run(
                ["fish", "-N", "-c",
                 f"source {script}; complete -C '{' '.join(words)}'"],
                capture_output=True, text=True, check=True, env=env, cwd=ROOT)
            self.assertEqual(done.stderr, "")
            return [x.split("\t")[0] for x in done.stdout.splitlines()]

        self.check_answers(answers)
        for words in (["export", "-o", "READ"], ["export", "READ"],
                      ["scan", "--domains", "READ"],
                      ["scan", "--config", "READ"]):
            self.assertEqual(answers("snowline", *words), ["README.md"])
        self.assertEqual(answers("snowline", "scan", "READ"), [])

    def check_answers(self, answers):
        self.assertEqual(set(answers("snowline", "")) - {"--help",
                                                         "--version"},
                         set(commands()))
        self.assertEqual(answers("snowline", "exp"), ["export"])
        self.assertEqual(set(answers("snowline", "help", "")),
                         set(commands()))
        self.assertEqual(set(answers("snowline", "completion", "")),
                         {"bash", "zsh", "fish"})
        self.assertEqual(set(answers("snowline", "findings", "--format", "")),
                         {"table", "csv", "json", "ndjson"})
        self.assertEqual(set(answers("snowline", "scan", "x", "--tier", "")),
                         {"high", "review", "context"})
        for command in commands():
            with self.subTest(command):
                got = {x[2:] for x in answers("snowline", command, "--")}
                # of the first page's own question nothing is asked twice
                self.assertEqual(got - {"help", "config"}, options(command))

    def test_zsh_completes(self):
        os.mkdir(self.path("functions"))
        self.write("functions/_snowline", ok("completion", "zsh"))
        zsh = Terminal("zsh", "-f", "-i", PS1="$ ", HOME=self.dir)
        self.addCleanup(zsh.close)
        zsh.type(f"fpath=({self.path('functions')} $fpath); "
                 "autoload -Uz compinit; compinit -u -D; unsetopt beep; "
                 "tell() { zle -I; print -r -- \"<$BUFFER>\"; BUFFER= }; "
                 "zle -N tell; bindkey '^T' tell; echo rea''dy\n", "ready\r\n")
        for typed, became in (
                ("exp", "export "), ("help fi", "help findings "),
                ("completion f", "completion fish "),
                ("export --decoy", "export --decoys="),
                ("export --format evi", "export --format evidence-csv "),
                ("scan --gso=of", "scan --gso=off "),
                ("scan --no-p", "scan --no-prune "),
                ("export --no-p", "export --no-p"),
                ("export -o READ", "export -o README.md "),
                ("export READ", "export README.md "),
                ("scan READ", "scan READ"),
                ("export --config READ", "export --config README.md "),
                ("findings --by c", "findings --by customer "),
                ("scan --tier hi", "scan --tier high "),
                ("domain --registration no", "domain --registration none ")):
            with self.subTest(typed):
                zsh.type(f"snowline {typed}\t\x14", ">\r\n")
                self.assertIn(f"<snowline {became}>\r\n", zsh.said)

    def test_tab_in_a_real_bash(self):
        script = self.write("snowline", ok("completion", "bash"))
        bash = Terminal("bash", "--norc", "--noprofile", "-i", PS1="$ ")
        self.addCleanup(bash.close)
        bash.type(f"bind 'set enable-bracketed-paste off'; source {script}; "
                  "echo rea''dy\n", "ready")
        for typed, became in (("exp", "export "), ("scan --no-p", "--no-prune"),
                              ("export --format=evi", "evidence-csv"),
                              ("export READ", "README.md"),
                              ("export -o READ", "README.md")):
            with self.subTest(typed):
                bash.type(f"snowline {typed}\t",
                          became[len(re.split("[ =]", typed)[-1]):])
                bash.type("\x15echo do''ne\n", "done")

    # --------------------------------------------------- options and settings

    def test_what_is_mistyped_is_answered(self):
        for args, said in (
                (["findigns"], "unknown command 'findigns'; did you mean "
                               "findings?"),
                (["--format", "csv"], "'--format' stands before the command"),
                (["help", "exprot"], "did you mean export?"),
                (["export", "x", "--formt", "csv"], "did you mean --format?"),
                (["export", "x", "--format", "cvs"], "did you mean csv?"),
                (["export", "x", "--smtp", "none"],
                 "--smtp is of scan, resume and status, not of export"),
                (["scan", "127.0.0.1", "--registr", "none"],
                 "did you mean --registration?"),
                (["version", "x"], "'x' is one argument too many"),
                (["completion", "tcsh"], "there is bash|zsh|fish"),
                (["completion"], "for which shell? bash|zsh|fish")):
            with self.subTest(" ".join(args)):
                self.assertIn(said, self.said(*args))

    def test_flag_environment_file_default(self):
        conf = self.write("conf", "# ours\nexclude = 192.0.2.128/25\n"
                                  "format = evidence-csv\ndecoys = 9\n"
                                  "include_reserved = yes # documentation\n")
        of_file, of_env, of_flag = ("192.0.2.0/25\n", "192.0.2.128/25\n",
                                    "192.0.2.0/26\n")
        args = ["targets", "192.0.2.0/24"]
        env = {**os.environ, "SNOWLINE_EXCLUDE": "192.0.2.0/25",
               "SNOWLINE_CONFIG": conf}
        self.assertIn(of_file, ok(*args, "--config", conf))
        self.assertIn(of_env, ok(*args, env=env))
        flag = ["--exclude", "192.0.2.64/26", "--exclude", "192.0.2.128/25"]
        self.assertIn(of_flag, ok(*args, *flag, env=env))
        with self.subTest("a variable that is misspelt"):
            done = run(*args, "--include-reserved",
                       env={**os.environ, "SNOWLINE_EXLUDE": "192.0.2.1"})
            self.assertEqual(done.returncode, 0)
            self.assertEqual(done.stderr, "snowline: warning: SNOWLINE_EXLUDE "
                             "is no setting; did you mean SNOWLINE_EXCLUDE?\n")
        with self.subTest("a file nobody named"):
            for path in ("snowline.conf", "snowline", ".snowline"):
                self.write(path, "wrong\n")
            ok("targets", "192.0.2.0/24", "--include-reserved", cwd=self.dir,
               env={**os.environ, "HOME": self.dir,
                    "XDG_CONFIG_HOME": self.dir})
        with self.subTest("a line that is wrong"):
            self.write("conf", "exclude = 192.0.2.1\n\ndns_raet = 5\n")
            self.assertIn("conf:3: unknown key 'dns-raet'; did you mean "
                          "dns-rate?", self.said(*args, env=env))

    # ------------------------------------------------------------- the table

    def store(self):
        names = [f"198.51.100.{8 + 4 * i + j},{f'h{j}.' if j else ''}{name}\n"
                 for i, name in enumerate(DOMAINS) for j in range(4)]
        dates = [f"{name},2018-01-0{i + 1},Cheap Names,9990\n"
                 for i, name in enumerate(DOMAINS)]
        store = self.path("s.db")
        ok("import", store, self.write("n.csv", "ip,ptr\n" + "".join(names)),
           "--domains", self.write("d.csv", "domain,created,registrar,iana_id"
                                            "\n" + "".join(dates)),
           "--allow", self.write("a.csv", "cidr_or_domain,reason\n"
                                          "grnture.com,mine\n"),
           "--now", "2018-05-15")
        return store

    def test_tables_fit_the_terminal(self):
        store = self.store()

        def shown(columns, **env):
            return Terminal(os.path.join(BUILD, "snowline"), "findings", store,
                            "--tier", "context", columns=columns,
                            **env).rest()

        def width(text):
            table = text.split("\n\n")[0]
            return max(len(re.sub("\x1b\\[[0-9;]*m", "", x))
                       for x in table.splitlines())

        last = 0
        for columns in (40, 60, 80, 100, 132):
            with self.subTest(columns):
                text = shown(columns)
                self.assertLessEqual(width(text), columns)
                self.assertGreaterEqual(width(text), last)
                last = width(text)
                self.assertRegex(text, r"\b[a-z][0-9a-f]{16}\b")  # an id
        self.assertIn(SGR + "2m", shown(80))
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn(SGR, shown(80, **env))
        self.assertIn(SGR, shown(80, NO_COLOR=""))
        with self.subTest("no terminal"):
            args = ["findings", store, "--tier", "context"]
            self.assertEqual(ok(*args).count(SGR), 0)
            narrow = ok(*args, env={**os.environ, "COLUMNS": "60"})
            self.assertLessEqual(width(narrow), 60)
            self.assertEqual(ok(*args, env={**os.environ, "COLUMNS": "x"}),
                             ok(*args))

    def test_a_page_is_not_poured_into_a_terminal(self):
        store = self.store()
        shown = Terminal(os.path.join(BUILD, "snowline"), "report",
                         store).rest()
        self.assertIn("-o", shown)
        self.assertNotIn("<html", shown)
        self.assertIn("</html>", ok("report", store))

    def test_an_explanation_is_text(self):
        self.assertIn("json", self.said("findings", self.store(), "--explain",
                                        "x", "--format", "json"))
