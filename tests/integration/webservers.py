"""nginx with a site for each name, and addresses to put it at."""
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time

from servers import READY_S, end_group, environment, has_ended, program

CONF = """\
daemon off;
worker_processes 1;
pid {dir}/pid;
error_log {dir}/errors;
events {{ worker_connections 256; }}
http {{
    log_format seen '$msec|$server_addr|$server_port|$connection|$host|'
                    '$request|$status|$http_user_agent|$http_cookie';
    access_log {dir}/access seen;
    default_type text/html;
    client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2;
    fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4;
    scgi_temp_path {dir}/t5;
    root {dir}/www;
    server_names_hash_bucket_size 128;
{servers}
}}
"""


class Request:
    def __init__(self, line):
        (msec, self.address, self.port, self.connection, self.host,
         request, status, self.agent, self.cookie) = line.split("|")
        self.time, self.status = float(msec), int(status)
        self.path = request.split(" ")[1] if " " in request else request


class Nginx:
    """@p servers: text of server blocks, {dir} for its folder; @p files:
    {path below the root: octets}."""

    def __init__(self, servers, files, ready):
        self.dir = tempfile.mkdtemp(prefix="snowline-nginx.", dir="/tmp")
        self.server = None
        try:
            self.start(servers, files, ready)
        except BaseException:
            self.close()
            raise

    def start(self, servers, files, ready):
        for name, octets in files.items():
            path = os.path.join(self.dir, "www", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(octets)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=nobody.test", "-keyout", "key.pem", "-out", "cert.pem"],
            cwd=self.dir, check=True, stderr=subprocess.DEVNULL)
        for folder, _, names in os.walk(self.dir):  # its worker is nobody
            os.chmod(folder, 0o755)
            for name in names:
                os.chmod(os.path.join(folder, name), 0o644)
        conf = os.path.join(self.dir, "nginx.conf")
        with open(conf, "w") as f:
            f.write(CONF.format(dir=self.dir, servers=servers.replace(
                "{dir}", self.dir)))
        with open(os.path.join(self.dir, "log"), "w") as log:
            self.server = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", program("nginx"), "-c",
                 conf, "-p", self.dir, "-e", "stderr"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env=environment(self.dir))
        end = time.monotonic() + READY_S
        while time.monotonic() < end and not has_ended(self.server):
            try:
                return socket.create_connection(ready, timeout=1).close()
            except OSError:
                time.sleep(.02)
        with open(os.path.join(self.dir, "log"), errors="replace") as f:
            raise RuntimeError(f"nginx does not start: {f.read()}")

    def requests(self):
        """What it was asked, in the order in which that ended. Connections
        without a request are not told."""
        with open(os.path.join(self.dir, "access")) as f:
            return [Request(line.rstrip("\n")) for line in f]

    def close(self):
        if self.server:
            end_group(self.server)
            self.server = None
        shutil.rmtree(self.dir, ignore_errors=True)


def add_network(n, address, mask):
    """What `ip address add ADDRESS/MASK dev lo` does, in a network of one's
    own: all addresses of it are ours from then on."""
    SIOCSIFADDR, SIOCSIFNETMASK = 0x8916, 0x891c
    name = b"lo:%d" % n
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for request, value in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, mask)):
            fcntl.ioctl(s, request, struct.pack(
                "16sHH4s8x", name, socket.AF_INET, 0, socket.inet_aton(value)))
