"""What the integration tests share: the lab, the program, a counting proxy."""
import collections
import functools
import http.server
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("SNOWLINE_BUILD", "build/release"))
SNOWLINE = os.path.join(BUILD, "snowline")
LAB = os.path.join(ROOT, "tests", "lab", "lab")
LOOPBACK = "127.0.0.1"
NETBLOCK = "127.20.0.0/18"
NOW = "2018-05-15T00:00:00Z"
PATIENCE_S = 300  # for what ought to end by itself

# What the user has set is not to reach the program.
for variable in list(os.environ):
    if variable in ("COLUMNS", "NO_COLOR") or (
            variable.startswith("SNOWLINE_") and
            variable not in ("SNOWLINE_BUILD", "SNOWLINE_PREFIX",
                             "SNOWLINE_IN_OWN_NETWORK")):
        del os.environ[variable]


class Lab:
    """The lab's folder, ports and expectations; started once a run."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="snowline-lab.", dir="/tmp")
        fixture = os.path.join(BUILD, "lab", "smtp-fixture")
        try:
            subprocess.run([LAB, "start", self.dir, fixture], check=True)
        except subprocess.CalledProcessError:
            shutil.rmtree(self.dir)
            raise
        with open(os.path.join(self.dir, "env")) as f:
            ports = dict(line.strip().split("=") for line in f)
        self.dns = f"{LOOPBACK}:{ports['DNS_PORT']}"
        self.smtp_port = ports["SMTP_PORT"]
        self.rdap = f"http://{LOOPBACK}:{ports['RDAP_PORT']}/"
        self.http_port = ports["WEB_PORT"]
        # as stored: lower case; the zones hold some of both
        self.names = {a: {n.lower() for n in names}
                      for a, names in self.read("names.json").items()}
        self.expected = self.read("expected.json")

    def read(self, name):
        with open(os.path.join(self.dir, name)) as f:
            return json.load(f)

    def stop(self):
        subprocess.run([LAB, "stop", self.dir], check=True)
        shutil.rmtree(self.dir)


@functools.lru_cache(None)
def lab():
    return Lab()


def stop_lab():
    if lab.cache_info().currsize:
        lab().stop()


class Case(unittest.TestCase):
    """A test with a folder of its own, and a lab."""

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="snowline-test.", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def to_lab(self, resolver=None, rdap=None):
        """Options that keep every question within the lab."""
        return ["--include-reserved", "--progress", "none",
                "--resolver", resolver or lab().dns,
                "--smtp-port", lab().smtp_port, "--smtp-rate", "0",
                "--smtp-block-rate", "0", "--smtp-per-block", "0",
                "--ehlo", "probe.lab-provider.net",
                "--rdap-server", "*=" + (rdap or lab().rdap),
                "--rdap-server", NETBLOCK + "=" + (rdap or lab().rdap),
                "--registration-rate", "0", "--http-port", lab().http_port,
                "--registration-cache", self.path("registration.db"),
                "--now", NOW, "--seed", "2018"]

    def sweep_only(self, resolver=None):
        return ["--include-reserved", "--progress", "none",
                "--resolver", resolver or lab().dns, "--smtp", "none",
                "--registration", "none", "--mail", "none", "--web", "none",
                "--now", NOW, "--seed", "2018"]

    def names_of(self, store):
        """{address: {name, ...}} of the last scan of a store."""
        rows = ok("export", store, "--format", "names")
        found = collections.defaultdict(set)
        for row in csv_rows(rows):
            if row["status"] == "name":
                # a ' stands before what a spreadsheet takes for a formula
                found[row["ip"]].add(row["name"].removeprefix("'"))
        return dict(found)

    def findings_of(self, store, *options):
        return json.loads(ok("findings", store, "--format", "json", *options))


def csv_rows(text):
    import csv
    import io
    return list(csv.DictReader(io.StringIO(text, newline="")))


def run(*args, prefix=(), **more):
    """The finished process; text in and out. @p prefix: valgrind, say."""
    return subprocess.run([*prefix, SNOWLINE, *args], capture_output=True,
                          text=True, timeout=PATIENCE_S, **more)


def ok(*args, **more):
    """stdout of a run that must succeed."""
    done = run(*args, **more)
    if done.returncode != 0:
        raise AssertionError(f"snowline {' '.join(args)}: exit "
                             f"{done.returncode}: {done.stderr}")
    return done.stdout


def start(*args, **more):
    return subprocess.Popen([SNOWLINE, *args], text=True,
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            **more)


def wait_until(true, why, seconds=20):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {why}")
        time.sleep(.02)


def peak_kib(*args):
    """Exit code and largest resident size of one run, in KiB. (What wait4()
    tells begins with the size of the process that forked.)"""
    child = subprocess.Popen([SNOWLINE, *args], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL)
    peak = 0
    while child.poll() is None:
        with open(f"/proc/{child.pid}/status") as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    peak = int(line.split()[1])
        time.sleep(.05)
    return child.returncode, peak


def free_port(kind=socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind((LOOPBACK, 0))
        return s.getsockname()[1]


# -------------------------------------------------------------- name servers

class DnsProxy(threading.Thread):
    """Passes questions on to a name server (the lab's, or the one given as
    "ADDR:PORT") and counts each."""

    def __init__(self, server=None, address=LOOPBACK, port=0):
        super().__init__(daemon=True)
        self.counts = collections.Counter()  # of keys, see key()
        self.answered = 0
        self.outside, self.inside = (socket.socket(
            socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for s in (self.outside, self.inside):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.outside.bind((address, port))
        host, port = (server or lab().dns).split(":")
        self.inside.connect((host, int(port)))
        self.address = "%s:%d" % self.outside.getsockname()
        self.asked = {}
        self.next_id = 0
        self.start()
        threading.Thread(target=self.answers, daemon=True).start()

    def run(self):
        try:
            while True:
                question, client = self.outside.recvfrom(2048)
                end = question.index(0, 12)
                self.counts[key(question[12:end].lower(),
                                question[end + 1:end + 3],
                                question[2] & 1)] += 1
                self.next_id = (self.next_id + 1) & 0xffff
                self.asked[self.next_id] = question[:2], client
                self.inside.send(struct.pack(">H", self.next_id) +
                                 question[2:])
        except OSError:
            pass  # closed

    def answers(self):
        try:
            while True:
                answer = self.inside.recv(65535)
                own_id, client = self.asked[struct.unpack(">H",
                                                          answer[:2])[0]]
                self.outside.sendto(own_id + answer[2:], client)
                self.answered += 1
        except (OSError, struct.error):
            pass  # closed

    def close(self):
        for s in (self.outside, self.inside):
            s.shutdown(socket.SHUT_RDWR) if s is self.inside else None
            s.close()

    def total(self):
        return sum(self.counts.values())

    def of(self, address):
        return sum(self.counts[key(wire_name(address), PTR, rd)]
                   for rd in (0, 1))

    def repeated(self):
        """Questions asked again, but for those that tell whom to believe,
        about whole nets and below .invalid, and those about ourselves."""
        return sum(n - 1 for name, _, _, n in self.questions()
                   if name.endswith(".arpa") and not NET.fullmatch(name) and
                   name != OURS)

    def questions(self):
        """[(name, type, is recursion desired, how often)]"""
        return [(text_name(k[3:]), struct.unpack(">H", k[:2])[0], k[2], n)
                for k, n in dict(self.counts).items()]

    def types(self):
        """{type: how many questions}"""
        counted = collections.Counter()
        for _, kind, _, n in self.questions():
            counted[kind] += n
        return counted

    def addresses(self, rd=None):
        """{address: how often its name was asked for}, with or without a wish
        for recursion."""
        counted = collections.Counter()
        for name, kind, desired, n in self.questions():
            address = ADDRESS.fullmatch(name)
            if address and kind == PTR[1] and rd in (None, desired):
                counted[".".join(address.groups()[::-1])] += n
        return counted


A, PTR = b"\0\1", b"\0\14"  # as a type is on the wire
OURS = "1.0.0.127.in-addr.arpa"
NET = re.compile(r"(\d+\.){1,3}in-addr\.arpa")
ADDRESS = re.compile(r"(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa")


def key(name, kind, rd):
    return kind + bytes([rd]) + name


def wire_name(address):
    labels = address.split(".")[::-1] + ["in-addr", "arpa"]
    return b"".join(bytes([len(x)]) + x.encode() for x in labels)


def text_name(wire):
    labels, at = [], 0
    while at < len(wire):
        labels.append(wire[at + 1:at + 1 + wire[at]].decode("latin-1"))
        at += 1 + wire[at]
    return ".".join(labels)


class Refusing(threading.Thread):
    """A name server that refuses every question."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((LOOPBACK, 0))
        self.address = "%s:%d" % self.socket.getsockname()
        self.start()

    def run(self):
        try:
            while True:
                q, client = self.socket.recvfrom(2048)
                self.socket.sendto(q[:2] + b"\x80\x05" + q[4:], client)
        except OSError:
            pass  # closed

    def close(self):
        self.socket.close()


class Lying(threading.Thread):
    """A resolver that passes questions on to the lab, but denies every name,
    makes one up for each, or has addresses for names that cannot exist."""
    KINDS = ("deny", "make up", "invalid")

    def __init__(self, kind):
        super().__init__(daemon=True)
        self.kind = kind
        self.socket, self.lab = (socket.socket(
            socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        self.socket.bind((LOOPBACK, 0))
        ip, port = lab().dns.split(":")
        self.lab.connect((ip, int(port)))
        self.lab.settimeout(5)
        self.address = "%s:%d" % self.socket.getsockname()
        self.start()

    def answer(self, q):
        end = q.index(0, 12) + 5
        kind = q[end - 4:end - 2]
        if self.kind == "deny":
            return q[:2] + b"\x81\x83" + q[4:]
        head = (q[:2] + b"\x81\x80" + q[4:6] + b"\0\1\0\0\0\0" + q[12:end] +
                b"\xc0\x0c")
        if self.kind == "make up" and kind == PTR:
            return head + b"\0\x0c\0\1\0\0\0\x3c\0\x0e\4made\2up\4test\0"
        if self.kind == "invalid" and kind == A:
            return head + b"\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1"
        self.lab.send(q)
        return self.lab.recv(65535)

    def run(self):
        try:
            while True:
                q, client = self.socket.recvfrom(2048)
                self.socket.sendto(self.answer(q), client)
        except OSError:
            pass  # closed

    def close(self):
        self.socket.close()
        self.lab.close()


class DnsFixture:
    """A name server with a name for every address, as fast as it gets, or
    what its options make of it (see tests/lab/dns-fixture.c)."""

    def __init__(self, length, *options):
        self.port = free_port()
        self.address = f"{LOOPBACK}:{self.port}"
        self.server = subprocess.Popen(
            [os.path.join(BUILD, "lab", "dns-fixture"), str(self.port), length,
             *options], stdout=subprocess.PIPE, text=True)
        self.counts = None
        wait_until(self.is_bound, "dns-fixture listens")

    def is_bound(self):
        if self.server.poll() is not None:
            raise AssertionError(f"dns-fixture: exit {self.server.returncode}")
        with open("/proc/net/udp") as f:
            return f":{self.port:04X} " in f.read()

    def close(self):
        """What it was asked: {"queries", "answered", "dropped"} and, with
        --count, "distinct". It can be closed again."""
        if self.counts is None:
            self.server.terminate()
            self.counts = json.loads(self.server.communicate()[0])
        return self.counts


# ---------------------------------------------------------------- registries

class Registry:
    """A registry whose every answer is @p answer(handler)."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # a connection serves many
            disable_nagle_algorithm = True

            def do_GET(self):
                try:
                    answer(self)
                except OSError:
                    pass  # the client has had enough

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://%s:%d/" % self.server.server_address
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def send(handler, code, body, kind="application/rdap+json", headers=()):
    handler.send_response(code)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


class Whois(threading.Thread):
    """A WHOIS server (Debian has none) that says @p answer(talk, question)
    and, when that returns, no more. What it was asked, and when, is kept."""

    def __init__(self, answer, address=LOOPBACK, port=0):
        super().__init__(daemon=True)
        self.answer = answer
        self.asked = []  # (seconds, question)
        self.socket = socket.create_server((address, port), backlog=64)
        self.address = "%s:%d" % self.socket.getsockname()[:2]
        self.start()

    def run(self):
        try:
            while True:
                talk, _ = self.socket.accept()
                threading.Thread(target=self.serve, args=(talk,),
                                 daemon=True).start()
        except OSError:
            pass  # closed

    def serve(self, talk):
        with talk:
            try:
                question = talk.makefile("rb").readline(1024)
                self.asked.append((time.monotonic(), question.decode()))
                self.answer(talk, question.decode().strip())
            except OSError:
                pass  # the client has had enough

    def questions(self):
        return collections.Counter(q for _, q in self.asked)

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def reset(talk):
    """The talk ends with RST."""
    talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))


def interrupt(process, how=signal.SIGINT):
    """Seconds until the process ends, its code, stdout and stderr."""
    begun = time.monotonic()
    process.send_signal(how)
    out, err = process.communicate(timeout=60)
    return time.monotonic() - begun, process.returncode, out, err
