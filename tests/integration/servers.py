"""Name servers of five makes, a database server, and a network of one's own to
put them in.

Each runs in the foreground, in a temporary folder of its own, and serves
nothing but the zones it is given; none of them ever asks anybody but the
server it forwards to, or those that its own root names.

usage: servers.py TEST    (what in_own_network() calls, inside that network)
"""
import fcntl
import functools
import glob
import ipaddress
import os
import random
import shutil
import signal
import socket
import string
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from support import Case, LOOPBACK, PATIENCE_S, ROOT, wait_until

POSTGRES = os.path.join(ROOT, "tests", "support", "postgres")
SERVERS = os.path.join(ROOT, "build", "servers")  # tests/install-deps put them
TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "TXT": 16}
READY_S, STOP_S = 30, 10
ATTEMPTS = 5  # somebody else may take the port that was free


# ---------------------------------------------------------------- five makes
# program and arguments; {file: text}; what the configuration says of a zone.
# $name, $zones and the like are filled in by NameServer.

NSD = (["nsd", "-d", "-c", "$dir/nsd.conf"], {"nsd.conf": """\
server:
  ip-address: $address@$port
  server-count: 1
  username: ""
  zonesdir: "$dir"
  database: ""
  pidfile: ""
  xfrdfile: "$dir/xfrd.state"
  xfrdir: "$dir"
  zonelistfile: "$dir/zone.list"
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
$zones
"""}, """\
zone:
  name: "$name"
  zonefile: "$file"
  provide-xfr: $address NOKEY
""")

KNOT = (["knotd", "-c", "$dir/knot.conf"], {"knot.conf": """\
server:
    rundir: "$dir"
    listen: $address@$port
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: warning
database:
    storage: "$dir"
acl:
  - id: all
    address: $address
    action: transfer
template:
  - id: default
    storage: "$dir"
    journal-content: none
    acl: all
zone:
$zones
"""}, """\
  - domain: "$name"
    file: "$file"
""")

# no NOTIFY: for that it would ask the Internet where the name servers are
BIND = (["named", "-g", "-n", "1", "-U", "1", "-c", "$dir/named.conf"],
        {"named.conf": """\
options {
    directory "$dir";
    listen-on port $port { $address; };
    listen-on-v6 { none; };
    pid-file none;
    session-keyfile none;
    managed-keys-directory "$dir";
    recursion no;
    notify no;
    dnssec-validation no;
};
controls { };
$zones
"""}, """\
zone "$name" { type master; file "$file"; };
""")

PDNS = (["pdns_server", "--config-dir=$dir"], {"pdns.conf": """\
daemon=no
guardian=no
disable-syslog=yes
module-dir=$lib/pdns
launch=bind
bind-config=$dir/zones.conf
bind-check-interval=0
local-address=$address
local-port=$port
socket-dir=$dir
receiver-threads=1
distributor-threads=1
security-poll-suffix=
loglevel=3
""", "zones.conf": 'options { directory "$dir"; };\n$zones'}, """\
zone "$name" { type master; file "$file"; };
""")

UNBOUND = (["unbound", "-d", "-c", "$dir/unbound.conf"], {"unbound.conf": """\
server:
  interface: $address
  port: $port
  outgoing-interface: $address
  num-threads: 1
  do-ip6: no
  username: ""
  chroot: ""
  directory: "$dir"
  pidfile: ""
  use-syslog: no
  module-config: "iterator"
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  unblock-lan-zones: yes
  local-zone: "127.in-addr.arpa." nodefault
  root-hints: "$dir/root.hints"
remote-control:
  control-enable: no
$forward
""", "root.hints": ". 3600 NS root.invalid.\nroot.invalid. 3600 A $root\n"},
           "")

KINDS = {"nsd": NSD, "knot": KNOT, "bind": BIND, "pdns": PDNS,
         "unbound": UNBOUND}
AUTHORITATIVE = ("nsd", "knot", "bind", "pdns")


def zone(origin, records="", servers=("ns.example.",)):
    """The text of a zone, its head included."""
    return (f"$ORIGIN {origin.rstrip('.')}.\n$TTL 3600\n"
            "@ IN SOA ns.example. hostmaster.example. 1 3600 600 86400 300\n" +
            "".join(f"@ IN NS {s}\n" for s in servers) + records + "\n")


def records(names, labels=2):
    """Lines of a zone whose names are @p labels shorter than in-addr.arpa."""
    return "".join(
        ".".join(address.split(".")[:-labels - 1:-1]) + f" PTR {name}.\n"
        for address, some in sorted(names.items()) for name in sorted(some))


def addresses(target):
    return {str(a) for a in ipaddress.ip_network(target)}


class NameServer:
    """One of KINDS; @p zones is {name: text}.

    unbound has no zones: it sends everything to @p forward ("ADDR:PORT"), or
    begins at the root server at the address @p root."""

    def __init__(self, kind, zones=None, address=LOOPBACK, port=None,
                 forward=None, root=LOOPBACK):
        self.kind, self.zones = kind, zones or {}
        self.ip, self.root, self.forward = address, root, forward
        for attempt in range(ATTEMPTS):
            self.port = port or free_port(address)
            self.address = f"{self.ip}:{self.port}"
            try:
                return self.start()
            except RuntimeError:
                self.close()
                if attempt == ATTEMPTS - 1:
                    raise
            except BaseException:
                self.close()
                raise

    def start(self):
        self.server = None
        self.dir = tempfile.mkdtemp(prefix=f"snowline-{self.kind}.",
                                    dir="/tmp")
        command, files, _ = KINDS[self.kind]
        words = self.words()
        for name, text in files.items():
            self.write(name, string.Template(text).substitute(words))
        for name, text in self.zones.items():
            self.write(self.file(name), text)
        command = [string.Template(c).substitute(words) for c in command]
        with open(os.path.join(self.dir, "log"), "w") as log:
            self.server = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", program(command[0]),
                 *command[1:]], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True, env=environment(self.dir))
        self.wait()

    def write(self, name, text):
        with open(os.path.join(self.dir, name), "w") as f:
            f.write(text)

    def file(self, name):
        return f"zone-{name.strip('.') or 'root'}"

    def words(self):
        about_zone = string.Template(KINDS[self.kind][2])
        return {"dir": self.dir, "address": self.ip, "port": self.port,
                "root": self.root, "lib": libraries(),
                "upstream": (self.forward or "").replace(":", " port "),
                "zones": "".join(
                    about_zone.substitute(name=z.rstrip(".") or ".",
                                          file=self.file(z), address=self.ip)
                    for z in self.zones),
                "forward": f"""\
forward-zone:
  name: "."
  forward-addr: {self.forward.replace(':', '@')}
""" if self.forward else ""}

    def wait(self):
        end = time.monotonic() + READY_S
        while time.monotonic() < end and not has_ended(self.server):
            try:
                if self.is_ready():
                    return
            except OSError:
                pass
            time.sleep(.02)
        with open(os.path.join(self.dir, "log"), errors="replace") as f:
            raise RuntimeError(f"{self.kind} does not start: {f.read()}")

    def is_ready(self):
        if self.kind.startswith("unbound"):  # a question that it answers by itself
            return ask(self.address, "version.bind", "TXT", cls=3)
        return all(ask(self.address, z, "SOA").n_answers == 1
                   for z in self.zones)

    def close(self):
        if self.server:
            end_group(self.server)
            self.server = None
        shutil.rmtree(self.dir, ignore_errors=True)


def has_ended(server):
    """Its pid and group stay ours to name: it is not waited for."""
    return bool(server.returncode is not None or os.waitid(
        os.P_PID, server.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT))


def end_group(server):
    server.terminate()
    end = time.monotonic() + STOP_S
    while time.monotonic() < end and not has_ended(server):
        time.sleep(.01)
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def libraries():
    found = glob.glob(os.path.join(SERVERS, "usr", "lib", "*-linux-gnu*"))
    return found[0] if found else ""


def environment(folder):
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": folder,
            "LD_LIBRARY_PATH": libraries()}


def program(name):
    path = ":".join(os.path.join(SERVERS, "usr", d) for d in ("sbin", "bin"))
    found = shutil.which(name, path=f"{path}:{os.environ['PATH']}:/usr/sbin")
    if not found:
        raise FileNotFoundError(f"{name}: run tests/install-deps check")
    return found


def free_port(address):
    """One that is free for UDP and TCP, below those given to clients."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as s:
                    s.bind((address, port))
            return port
        except OSError:
            pass


# -------------------------------------------------------------- PostgreSQL

class Postgres:
    """A cluster of its own on a free port of loopback; `snow` may do anything
    with it, without a password. @p options: ("max_connections=20", ...)"""
    USER = "snow"

    def __init__(self, *options):
        self.options, self.server = options, None
        self.dir = tempfile.mkdtemp(prefix="snowline-postgres.", dir="/tmp")
        try:
            self.init()
            for attempt in range(ATTEMPTS):
                self.port = free_port(LOOPBACK)
                try:
                    self.start()
                    break
                except RuntimeError:
                    if attempt == ATTEMPTS - 1:
                        raise
        except BaseException:
            self.close()
            raise
        self.url = self.url_of("postgres")

    def init(self):
        done = subprocess.run([POSTGRES, "init", self.dir], text=True,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise AssertionError(f"initdb: {done.stdout}")

    def url_of(self, database, user=USER, password=None, port=None):
        """Where the program finds a database."""
        who = user if password is None else f"{user}:{password}"
        return f"postgresql://{who}@{LOOPBACK}:{port or self.port}/{database}"

    def start(self):
        """On the same port as before; it answers when this returns."""
        settings = [x for o in self.options for x in ("-c", o)]
        with open(os.path.join(self.dir, "log"), "a") as log:
            self.server = subprocess.Popen(
                [POSTGRES, "run", self.dir, str(self.port), *settings],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
        end = time.monotonic() + READY_S
        while time.monotonic() < end and not has_ended(self.server):
            if self.run("SELECT").returncode == 0:
                return
            time.sleep(.02)
        self.stop()
        raise RuntimeError(f"postgres does not start: {self.log()}")

    def log(self):
        with open(os.path.join(self.dir, "log"), errors="replace") as f:
            return f.read()

    def stop(self, how=signal.SIGINT):
        """End it, whoever is connected; its tables stay. SIGQUIT: as if it had
        crashed; SIGTERM: once all who are connected have left."""
        if self.server:
            self.server.send_signal(how)
            try:
                self.server.wait(READY_S)
            except subprocess.TimeoutExpired:
                os.killpg(self.server.pid, signal.SIGKILL)
                self.server.wait()
            self.server = None

    def restart(self, how=signal.SIGINT):
        self.stop(how)
        self.start()

    def close(self):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def run(self, sql, database="postgres", user=USER):
        return subprocess.run(
            [POSTGRES, "psql", "-qAt", "-v", "ON_ERROR_STOP=1", "-h", self.dir,
             "-p", str(self.port), "-U", user, "-d", database],
            input=sql, text=True, capture_output=True)

    def psql(self, sql, database="postgres", user=USER):
        """Rows of a statement, each a tuple of texts; several statements are
        run one after the other. It comes by a socket in the folder."""
        done = self.run(sql, database, user)
        if done.returncode != 0:
            raise AssertionError(f"{sql}: {done.stderr}")
        return [tuple(line.split("|")) for line in done.stdout.splitlines()]

    def value(self, sql, database="postgres"):
        """The only value of a statement, as a number."""
        return float(self.psql(sql, database)[0][0])

    def database(self, name=None):
        """A new database: its URL."""
        name = name or "d" + os.urandom(6).hex()
        self.psql(f"CREATE DATABASE {name}")
        return self.url_of(name)

    def role(self, name, password, *rights):
        """A role that comes by password (SCRAM); @p rights: whole statements,
        in the database `postgres`."""
        self.psql(f"CREATE ROLE {name} LOGIN PASSWORD '{password}';" +
                  "".join(f"{r};" for r in rights))
        path = os.path.join(self.dir, "data", "pg_hba.conf")
        with open(path) as f:
            others = f.read()
        with open(path, "w") as f:
            f.write(f"host all {name} {LOOPBACK}/32 scram-sha-256\n{others}")
        self.psql("SELECT pg_reload_conf()")
        wrong = self.url_of("postgres", name, f"not-{password}")
        wait_until(lambda: not self.lets_in(wrong), "it reads its rules anew")
        return self.url_of("postgres", name, password)

    @staticmethod
    def lets_in(url):
        return subprocess.run([POSTGRES, "psql", "-d", url, "-c", "SELECT"],
                              capture_output=True).returncode == 0


class OnServer(Case):
    """Tests on a server of their own, each with a new database."""

    @classmethod
    def setUpClass(cls):
        cls.server = Postgres()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        super().setUp()
        self.url = self.server.database()
        self.database = self.url.rsplit("/", 1)[1]

    def psql(self, sql):
        return self.server.psql(sql, self.database)

    def value(self, sql):
        return self.server.value(sql, self.database)

    def has_rows(self, table):
        """False also while there is no such table."""
        there = f"SELECT (to_regclass('{table}') IS NOT NULL)::int"
        return self.value(there) and self.value(f"SELECT count(*) FROM {table}")


# ------------------------------------------------------------ single questions

class Answer:
    """The code, how many records, and whose SOA stands in the authority."""

    def __init__(self, message):
        self.rcode = message[3] & 15
        _, self.n_answers, n_authority, _ = struct.unpack(">4H", message[4:12])
        at = read_name(message, 12)[1] + 4
        self.soa = None
        for i in range(self.n_answers + n_authority):
            name, at = read_name(message, at)
            kind, length = struct.unpack(">H6xH", message[at:at + 10])
            if i >= self.n_answers and kind == TYPES["SOA"]:
                self.soa = name
            at += 10 + length


def read_name(message, at):
    """The name at @p at, and where what follows it begins."""
    labels, end = [], None
    while message[at]:
        if message[at] >= 0xc0:
            end = end or at + 2
            at = struct.unpack(">H", message[at:at + 2])[0] & 0x3fff
        else:
            labels.append(message[at + 1:at + 1 + message[at]].decode())
            at += 1 + message[at]
    return ".".join(labels).lower(), end or at + 1


def ask(server, name, kind, rd=0, cls=1):
    """The answer to one question, or an OSError."""
    return Answer(raw_answer(server, name, kind, rd, cls))


def raw_answer(server, name, kind, rd=0, cls=1):
    """The same, as it came."""
    host, port = server.split(":")
    labels = [x.encode() for x in name.strip(".").split(".") if x]
    question = struct.pack(">6H", 2018, rd << 8, 1, 0, 0, 0) + b"".join(
        bytes([len(x)]) + x for x in labels) + struct.pack(
            ">x2H", TYPES[kind], cls)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.connect((host, int(port)))
        s.send(question)
        return s.recv(4096)


# ------------------------------------------------------ a network of one's own

INSIDE = "SNOWLINE_IN_OWN_NETWORK"


def in_own_network(case):
    """A decorator of test cases: each test runs in a network namespace made
    for it, where every port of 127.0.0.0/8 is free and nothing else is."""
    if INSIDE in os.environ:
        return case

    def outside(self):
        done = subprocess.run(
            ["unshare", "-n", *as_root(), sys.executable, "-B",
             os.path.abspath(__file__), self.id()], text=True,
            env={**os.environ, INSIDE: "1"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=2 * PATIENCE_S)
        if done.returncode != 0:
            raise self.failureException(done.stdout)

    tests = unittest.defaultTestLoader.getTestCaseNames(case)
    return type(case.__name__, (unittest.TestCase,),
                {"__module__": case.__module__, "__doc__": case.__doc__,
                 **{name: outside for name in tests}})


@functools.lru_cache(None)
def as_root():
    """Options with which unshare makes root of us; of other users, too, those
    that /etc/subuid gives us, where there is newuidmap to say so."""
    if os.geteuid() == 0:
        return []
    others = subprocess.run(["unshare", "-r", "--map-auto", "true"],
                            stderr=subprocess.DEVNULL)
    return ["-r"] if others.returncode else ["-r", "--map-auto"]


def loopback_up():
    """What `ip link set lo up` does."""
    SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 1, 0x40
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo",
                                                 IFF_UP | IFF_RUNNING))


if __name__ == "__main__":
    loopback_up()
    unittest.main(module=None, argv=sys.argv)
