"""Who says what an AS announces: RIPEstat as nginx serves it, an IRRd."""
import gzip
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

from servers import SERVERS, free_port
from support import LOOPBACK, wait_until

END = "2018-05-20T08:00:00"


def announced(asn, *live, withdrawn=()):
    """RIPEstat's document about the two weeks before END."""
    def timeline(prefix, end):
        return {"prefix": prefix, "timelines": [
            {"starttime": "2018-05-06T08:00:00", "endtime": end}]}
    return json.dumps({
        "messages": [["info", "Results exclude routes with very low "
                              "visibility."]],
        "see_also": [], "version": "1.2", "status": "ok", "status_code": 200,
        "data": {"prefixes": [timeline(p, END) for p in live] +
                 [timeline(p, "2018-05-12T00:00:00") for p in withdrawn],
                 "query_starttime": "2018-05-06T08:00:00",
                 "query_endtime": END, "resource": str(asn),
                 "latest_time": END, "earliest_time": "2000-08-01T00:00:00"}})


def pfx2as(path, routes):
    """Write [(prefix, origins)] as CAIDA does; gzip where it is named so."""
    text = "".join("{}\t{}\t{}\n".format(*prefix.split("/"), origins)
                   for prefix, origins in routes)
    with (gzip.open if path.endswith(".gz") else open)(path, "wt") as f:
        f.write(text)
    return "pfx2as:" + path


class RipeStat:
    """nginx over TLS, as NAME, with a document for some AS numbers."""
    NAME = "stat.test"

    def __init__(self, documents):
        self.dir = tempfile.mkdtemp(prefix="snowline-ripestat.", dir="/tmp")
        self.port = free_port(LOOPBACK)
        folder = os.path.join(self.dir, "data", "announced-prefixes")
        os.makedirs(folder)
        for asn, text in documents.items():
            with open(os.path.join(folder, f"AS{asn}.json"), "w") as f:
                f.write(text)
        self.ca = os.path.join(self.dir, "certificate.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-keyout", os.path.join(self.dir, "key.pem"), "-out", self.ca,
             "-subj", "/CN=" + self.NAME, "-addext",
             "subjectAltName=DNS:" + self.NAME], check=True,
            capture_output=True)
        self.start()
        self.source = f"ripestat:https://{self.NAME}:{self.port}/data"

    def start(self):
        conf = os.path.join(self.dir, "nginx.conf")
        with open(conf, "w") as f:
            f.write(f"""\
daemon off;
master_process off;
pid nginx.pid;
events {{ }}
http {{
  access_log access.log combined;
  client_body_temp_path body; proxy_temp_path proxy;
  fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  types {{ }}
  default_type application/json;
  server {{
    listen {LOOPBACK}:{self.port} ssl;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    root .;
    location = /data/announced-prefixes/data.json {{
      if ($arg_resource = AS64508) {{
        return 503 "down";
      }}
      try_files /data/announced-prefixes/$arg_resource.json =404;
    }}
  }}
}}
""")
        path = os.pathsep.join([os.path.join(SERVERS, "usr", "sbin"),
                                os.environ.get("PATH", ""), "/usr/sbin"])
        with open(os.path.join(self.dir, "stderr"), "w") as log:
            self.server = subprocess.Popen(
                [shutil.which("nginx", path=path), "-p", self.dir, "-c", conf,
                 "-e", "stderr"], stderr=log)
        wait_until(self.is_up, "nginx listens")

    def is_up(self):
        if self.server.poll() is not None:
            with open(os.path.join(self.dir, "stderr")) as f:
                raise AssertionError(f"nginx: {f.read()}")
        with socket.socket() as s:
            return s.connect_ex((LOOPBACK, self.port)) == 0

    def asked(self):
        """The lines of its log."""
        with open(os.path.join(self.dir, "access.log")) as f:
            return f.read().splitlines()

    def close(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(timeout=10)
        shutil.rmtree(self.dir)


class Irr(threading.Thread):
    """An IRRd's short commands, as far as one needs them for routes (Debian
    has no IRRd). @p routes is {"!gAS64500": reply}; every other key is not
    found. It stays connected until "!q", as one does after "!!".

    A reply may also be "silence" (and nothing more), "hang up" or "flood"."""

    def __init__(self, routes):
        super().__init__(daemon=True)
        self.routes, self.heard = routes, []
        self.socket = socket.create_server((LOOPBACK, 0))
        self.port = self.socket.getsockname()[1]
        self.source = f"irr:{LOOPBACK}:{self.port}"
        self.start()

    @staticmethod
    def data(*prefixes):
        text = " ".join(prefixes) + "\n"
        return f"A{len(text)}\n{text}C\n"

    def run(self):
        try:
            while True:
                peer, _ = self.socket.accept()
                threading.Thread(target=self.serve, args=(peer,),
                                 daemon=True).start()
        except OSError:
            pass  # closed

    def serve(self, peer):
        with peer, peer.makefile("r", newline="\n") as lines:
            try:
                for line in lines:
                    if not self.answer(peer, line.rstrip("\n")):
                        return
            except OSError:
                pass  # the client has had enough

    def answer(self, peer, command):
        self.heard.append(command)
        if command == "!q":
            return False
        if command == "!!":
            return True
        reply = self.routes.get(command,
                                "C\n" if command.startswith("!n") else "D\n")
        if reply == "hang up":
            return False
        if reply == "silence":
            peer.recv(65536)  # until it hangs up, or says more in vain
            while peer.recv(65536):
                pass
            return False
        if reply == "flood":
            peer.sendall(b"A33000000\n")
            for _ in range(700):
                peer.sendall(b"192.0.2.0/24 " * 4096)
            return False
        peer.sendall(reply.encode())
        return True

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
