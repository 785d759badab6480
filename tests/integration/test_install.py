"""What is installed, packed and run every week."""
import glob
import os
import re
import subprocess
import tarfile

from support import Case, NETBLOCK, SNOWLINE, ROOT, ok

UNITS = ["snowline@.service", "snowline@.timer", "snowline-mail@.service"]


def make(*args):
    """A target of the Makefile, for the program under test as it is: with
    whatever flags it was built."""
    build = os.path.relpath(os.path.dirname(SNOWLINE), ROOT)
    done = subprocess.run(
        ["make", "-C", ROOT, "--no-print-directory", f"B={build}",
         "-o", f"{build}/flags", *args],
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder)
                  for at, _, names in os.walk(folder) for name in names)


class Install(Case):
    def setUp(self):
        super().setUp()
        self.root = self.path("root")
        make("install", f"DESTDIR={self.root}")
        self.local = os.path.join(self.root, "usr/local")

    def test_all_is_there(self):
        self.assertEqual(files_below(self.local), sorted([
            "bin/snowline", "etc/snowline/optout.txt",
            *(f"lib/systemd/system/{u}" for u in UNITS),
            "libexec/snowline/weekly",
            "share/bash-completion/completions/snowline",
            "share/doc/snowline/README.md",
            "share/doc/snowline/example.conf",
            "share/doc/snowline/results.md",
            "share/fish/vendor_completions.d/snowline.fish",
            "share/man/man1/snowline.1",
            "share/snowline/targets/reserved.txt",
            "share/zsh/site-functions/_snowline"]))
        for path in files_below(self.local):
            with open(os.path.join(self.local, path), "rb") as f:
                self.assertFalse(re.search(rb"@(PREFIX|SYSCONFDIR)@",
                                           f.read()), path)

    def test_optouts_survive(self):
        path = os.path.join(self.local, "etc/snowline/optout.txt")
        with open(path, "a") as f:
            f.write("192.0.2.0/24 # asked\n")
        make("install", f"DESTDIR={self.root}")
        with open(path) as f:
            self.assertIn("192.0.2.0/24", f.read())
        make("uninstall", f"DESTDIR={self.root}")
        self.assertEqual(files_below(self.root),
                         ["usr/local/etc/snowline/optout.txt"])

    def test_nothing_is_left(self):
        make("uninstall", f"DESTDIR={self.root}")
        self.assertEqual(files_below(self.root), [])
        folders = [at for at, _, _ in os.walk(self.root)]
        self.assertFalse([at for at in folders if at.endswith("snowline")])
        # those of the system are not ours to take away
        for folder in "bin", "share/man/man1", "lib/systemd/system":
            self.assertIn(os.path.join(self.local, folder), folders)

    def test_the_example_is_true(self):
        """Each key that it shows is one, with a value that is taken."""
        with open(os.path.join(self.local,
                               "share/doc/snowline/example.conf")) as f:
            shown = re.sub(r"(?m)^#(?=[a-z-]+ = )", "", f.read())
        self.assertGreater(shown.count(" = "), 8)
        path = self.path("all.conf")
        with open(path, "w") as f:
            f.write(shown)
        ok("targets", "198.18.0.0/24", "--include-reserved", "--config", path)

    def test_units(self):
        for unit in UNITS:
            with open(os.path.join(self.local, "lib/systemd/system",
                                   unit)) as f:
                text = f.read()
            self.assertNotIn("@", re.sub(r"(?m)^#.*$|@(\.|%i|[a-z-]+$| @)", "",
                                         text).replace("~@", ""))
            # programs that may not be here
            text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", text)
            with open(self.path(unit), "w") as f:
                f.write(text)
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no",
             *(self.path(u) for u in UNITS)], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true",
             "--threshold=20", self.path(UNITS[0])],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-400:])


class Weekly(Case):
    """The script that the timer begins, on the lab."""

    def setUp(self):
        super().setUp()
        self.conf, self.state = self.path("conf"), self.path("state")
        os.mkdir(self.conf)
        os.mkdir(self.state)
        make("install", f"DESTDIR={self.path('root')}")
        self.script = self.path("root/usr/local/libexec/snowline/weekly")
        self.write("targets", NETBLOCK + "\n")
        self.configure()

    def write(self, kind, text):
        with open(os.path.join(self.conf, f"lab.{kind}"), "w") as f:
            f.write(text)

    def configure(self, **more):
        options = self.to_lab()
        lines = []
        while options:
            name = options.pop(0)
            value = "yes"
            if options and not options[0].startswith("--"):
                value = options.pop(0)
            lines.append(f"{name[2:]} = {value}\n")
        for name, value in more.items():
            lines.append(f"{name} = {value}\n")
        self.write("conf", "".join(lines))

    def weekly(self, name="lab", **more):
        return subprocess.run(
            [self.script, name], capture_output=True, text=True,
            env={**os.environ, "SNOWLINE": SNOWLINE,
                 "CONFIGURATION_DIRECTORY": self.conf,
                 "STATE_DIRECTORY": self.state, **more})

    def left(self):
        return {name.removeprefix("lab.") for name in os.listdir(self.state)}

    def read(self, kind):
        with open(os.path.join(self.state, f"lab.{kind}")) as f:
            return f.read()

    def test_two_weeks(self):
        first = self.weekly(MAILTO="abuse@lab-provider.example")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(self.left(), {"db", "findings", "html"})
        self.assertIn("blueomb.com", self.read("findings"))
        second = self.weekly(MAILTO="abuse@lab-provider.example")
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertEqual(self.left(),
                         {"db", "findings", "html", "diff", "mail"})
        self.assertIn("then scan 2 of", self.read("diff"))
        head, body = self.read("mail").split("\n\n", 1)
        self.assertIn("To: abuse@lab-provider.example", head)
        self.assertEqual(body, self.read("diff"))
        third = self.weekly()
        self.assertEqual(third.returncode, 0, third.stderr)
        self.assertNotIn("mail", self.left())

    def test_incomplete_goes_on(self):
        self.configure(**{"max-queries": "500"})
        first = self.weekly()
        self.assertEqual(first.returncode, 3, first.stderr)
        self.assertNotIn("html", self.left())
        self.configure()
        second = self.weekly()
        self.assertEqual(second.returncode, 0, second.stderr)
        self.assertIn("html", self.left())
        self.assertEqual(ok("status", os.path.join(self.state, "lab.db"))
                         .count("unfinished"), 0)

    def test_wrong_names(self):
        for name in ("", "../lab", "a/b", "-x", ".hidden"):
            done = self.weekly(name)
            self.assertEqual((done.returncode, done.stderr),
                             (2, "usage: weekly NAME\n"))
        self.assertEqual(self.weekly("none").returncode, 2)


class Dist(Case):
    def test_the_same_octets_each_time(self):
        make("dist")
        version = ok("--version").split()[1]
        path = os.path.join(ROOT, f"build/snowline-{version}.tar.gz")
        with open(path, "rb") as f:
            first = f.read()
        make("dist")
        with open(path, "rb") as f:
            self.assertEqual(f.read(), first)
        with tarfile.open(path) as tar:
            names = tar.getnames()
        top = os.path.basename(path).removesuffix(".tar.gz")
        self.assertTrue(all(n.startswith(f"{top}/") for n in names))
        self.assertIn(f"{top}/scanner/cli/main.c", names)
        self.assertIn(f"{top}/.clang-format", names)
        self.assertFalse([n for n in names if n.endswith((".o", ".db"))])

    def test_debian_package(self):
        """It is built from the tarball; lintian has no errors."""
        make("deb", "DEB=-d -j2")
        folder = os.path.join(ROOT, "build/deb")
        changes, = glob.glob(os.path.join(folder, "*.changes"))
        version = ok("--version").split()[1]
        self.assertIn(f"snowline_{version}_", changes)
        done = subprocess.run(
            ["lintian", "--allow-root", "--fail-on", "error,warning",
             changes], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        package, = glob.glob(os.path.join(folder, "snowline_*.deb"))
        files = subprocess.run(["dpkg-deb", "-c", package], check=True,
                               capture_output=True, text=True).stdout
        for path in ("/usr/bin/snowline", "/etc/snowline/optout.txt",
                     "/lib/systemd/system/snowline@.timer",
                     "/usr/share/man/man1/snowline.1.gz"):
            self.assertIn(path, files)
