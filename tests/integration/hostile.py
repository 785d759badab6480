"""A registry that answers each name in its own bad way, octet by octet: no
real server breaks HTTP on purpose. Behaviours are functions of a connection
whose request has been read; the first label of the name chooses one."""
import gzip
import json
import socket
import struct
import threading
import time

from support import LOOPBACK

HEAD = (b"HTTP/1.1 %s\r\nContent-Type: application/rdap+json\r\n"
        b"Connection: close\r\n")
OK = HEAD % b"200 OK"
LONG_S = 600  # what goes on for long ends by itself after this


def domain(name, **more):
    """An answer as it should be."""
    return json.dumps({
        "objectClassName": "domain", "ldhName": name, "events": [
            {"eventAction": "registration",
             "eventDate": "2018-05-10T00:00:00Z"}], **more}).encode()


def reply(c, body, head=OK, more=b""):
    c.sendall(head + more + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def redirect(to):
    return lambda c, name: c.sendall(
        HEAD % b"302 Found" + b"Location: " + to.encode() +
        b"\r\nContent-Length: 0\r\n\r\n")


def repeat(c, octets, pause_s=0.0):
    """Until the client has had enough."""
    end = time.monotonic() + LONG_S
    while time.monotonic() < end:
        c.sendall(octets)
        time.sleep(pause_s)


def drip(c, octets):
    for i in range(len(octets)):
        c.sendall(octets[i:i + 1])
        time.sleep(.1)
    repeat(c, b" ", .1)


def bomb(name, layers=1):
    """A gigabyte of blanks inside an answer, packed."""
    packed = gzip.compress(b" " * (1 << 20)) * 1024
    for _ in range(layers - 1):
        packed = gzip.compress(packed)
    return packed


def reset(c, octets):
    """RST behind the octets: what is unread goes with it."""
    c.sendall(octets)
    time.sleep(.2)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def latin1(name):
    return domain(name, entities=[{"roles": ["registrar"], "vcardArray": [
        "vcard", [["fn", {}, "text", "Bl@ten"]]]}]).replace(b"@", b"\xfc")


def redacted(name):
    return domain(name, entities=[{"roles": ["registrar"], "handle": "R1"}],
                  redacted=[{"name": {"type": "Registrar Name"}}] * 20000)


# name: (what the domain's status is, what the server does)
BEHAVIOURS = {
    "good": ("registered", lambda c, n: reply(c, domain(n))),
    "good-late": ("registered", lambda c, n: (time.sleep(.5),
                                              reply(c, domain(n)))),
    "good-packed": ("registered", lambda c, n: reply(
        c, gzip.compress(domain(n)), more=b"Content-Encoding: gzip\r\n")),
    "latin1": ("registered", lambda c, n: reply(c, latin1(n))),
    "much-redacted": ("registered", lambda c, n: reply(c, redacted(n))),
    "missing": ("not-found", lambda c, n: reply(
        c, b'{"errorCode":404}', HEAD % b"404 Not Found")),
    "limited": ("limited", lambda c, n: reply(
        c, b" " * 3000, HEAD % b"429 Slow Down", b"Retry-After: 1\r\n")),
    "nested": ("unknown", lambda c, n: reply(
        c, b'{"a":' * 10000 + b"1" + b"}" * 10000)),
    "nested-lists": ("unknown", lambda c, n: reply(c, b"[" * 500000)),
    "nested-inside": ("unknown", lambda c, n: reply(
        c, domain(n)[:-1] + b',"entities":' + b'[{"entities":' * 5000)),
    "many-members": ("registered", lambda c, n: reply(
        c, domain(n, **{f"m{i}": 0 for i in range(60000)}))),
    "many-entities": ("registered", lambda c, n: reply(
        c, domain(n, entities=[{"roles": []}] * 60000))),
    "large": ("unknown", lambda c, n: (
        c.sendall(OK + b"Content-Length: %d\r\n\r\n" % (50 << 20)),
        repeat(c, b" " * 65536))),
    "large-untold": ("unknown", lambda c, n: (
        c.sendall(OK + b"\r\n"), repeat(c, b" " * 65536))),
    "large-chunks": ("unknown", lambda c, n: (
        c.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        repeat(c, b"8000\r\n" + b" " * 0x8000 + b"\r\n"))),
    "drip": ("unknown", lambda c, n: drip(c, OK + b"\r\n" + domain(n))),
    "drip-body": ("unknown", lambda c, n: (
        c.sendall(OK + b"Content-Length: 100000\r\n\r\n"), drip(c, b"{"))),
    "silent": ("unknown", lambda c, n: time.sleep(LONG_S)),
    "closed": ("unknown", lambda c, n: None),
    "loop": ("unknown", lambda c, n: redirect("/domain/" + n)(c, n)),
    "longer-loop": ("unknown", lambda c, n: redirect(
        "/x" * 20 + "/domain/" + n)(c, n)),
    "to-file": ("unknown", redirect("file:///etc/passwd")),
    "to-ftp": ("unknown", redirect(f"ftp://{LOOPBACK}/")),
    "to-gopher": ("unknown", redirect(f"gopher://{LOOPBACK}:25/_QUIT")),
    "to-user": ("unknown", redirect(f"http://user:word@{LOOPBACK}:1/")),
    "to-nowhere": ("unknown", redirect("http:///")),
    "to-nothing": ("unknown", redirect("")),
    "bomb": ("unknown", lambda c, n: reply(
        c, bomb(n), more=b"Content-Encoding: gzip\r\n")),
    "bomb-in-bomb": ("unknown", lambda c, n: reply(
        c, bomb(n, 2), more=b"Content-Encoding: gzip, gzip\r\n")),
    "no-gzip": ("unknown", lambda c, n: reply(
        c, domain(n), more=b"Content-Encoding: gzip\r\n")),
    "half-gzip": ("unknown", lambda c, n: reply(
        c, gzip.compress(domain(n))[:-20],
        more=b"Content-Encoding: gzip\r\n")),
    "reset": ("unknown", lambda c, n: reset(
        c, OK + b"Content-Length: 5000\r\n\r\n" + domain(n))),
    "reset-at-once": ("unknown", lambda c, n: reset(c, b"")),
    "reset-in-head": ("unknown", lambda c, n: reset(c, OK)),
    "too-short": ("unknown", lambda c, n: c.sendall(
        OK + b"Content-Length: 5000\r\n\r\n" + domain(n))),
    "too-long": ("unknown", lambda c, n: c.sendall(
        OK + b"Content-Length: 20\r\n\r\n" + domain(n))),
    "negative": ("unknown", lambda c, n: c.sendall(
        OK + b"Content-Length: -5\r\n\r\n" + domain(n)[:-1])),
    "two-lengths": ("unknown", lambda c, n: c.sendall(
        OK + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\n" + domain(n))),
    "no-chunks": ("unknown", lambda c, n: c.sendall(
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + domain(n))),
    "headers": ("unknown", lambda c, n: (
        c.sendall(OK), repeat(c, b"X-More: " + b"x" * 1000 + b"\r\n"))),
    "one-header": ("unknown", lambda c, n: (
        c.sendall(OK + b"X-Long: "), repeat(c, b"x" * 10000))),
    "trailers": ("unknown", lambda c, n: (
        c.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"),
        repeat(c, b"X-More: " + b"x" * 1000 + b"\r\n"))),
    "continue": ("unknown", lambda c, n: repeat(
        c, b"HTTP/1.1 100 Continue\r\n\r\n" * 100)),
    "no-http": ("unknown", lambda c, n: c.sendall(domain(n))),
    "mail-server": ("unknown", lambda c, n: c.sendall(
        b"220 mail.example ESMTP\r\n")),
    "status-0": ("unknown", lambda c, n: reply(
        c, domain(n), HEAD % b"000 None")),
    "status-999": ("unknown", lambda c, n: reply(
        c, domain(n), HEAD % b"999 All")),
    "page": ("unknown", lambda c, n: reply(
        c, b"<!doctype html><title>Parked</title>")),
    "page-404": ("unknown", lambda c, n: reply(
        c, b"<!doctype html><title>404</title>", HEAD % b"404 Not Found")),
    "cut": ("unknown", lambda c, n: reply(c, domain(n)[:-10])),
    "two-answers": ("unknown", lambda c, n: reply(c, domain(n) * 2)),
    "nul": ("unknown", lambda c, n: reply(c, b"\0" * 5000)),
    "surrogates": ("unknown", lambda c, n: reply(
        c, domain(n).replace(b"2018", b"\\ud8002018"))),
    "number": ("unknown", lambda c, n: reply(
        c, b'{"objectClassName":' + b"9" * 500000 + b"}")),
    "another": ("unknown", lambda c, n: reply(c, domain("good.test"))),
}


class HostileRegistry(threading.Thread):
    def __init__(self, address=LOOPBACK, port=0, behaviours=None):
        super().__init__(daemon=True)
        self.behaviours = behaviours or BEHAVIOURS
        self.socket = socket.create_server((address, port), backlog=50)
        self.url = "http://%s:%d/" % self.socket.getsockname()[:2]
        self.asked = []  # request lines
        self.start()

    def run(self):
        try:
            while True:
                c = self.socket.accept()[0]
                threading.Thread(target=self.serve, args=(c,),
                                 daemon=True).start()
        except OSError:
            pass  # closed

    def serve(self, c):
        try:
            with c:
                c.settimeout(LONG_S)
                asked = b""
                while b"\r\n\r\n" not in asked:
                    octets = c.recv(4096)
                    if not octets:
                        return
                    asked += octets
                line = asked.split(b"\r\n")[0].decode("latin-1")
                self.asked.append(line)
                name = line.split(" ")[1].rsplit("/", 1)[1]
                self.behaviours[name.split(".")[0]][1](c, name)
        except OSError:
            pass  # the client has had enough

    def close(self):
        self.socket.close()
