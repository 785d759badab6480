"""Mail servers of three makes, each on port 25 of addresses of its own.

For tests that are @in_own_network. Each runs in the foreground, in a temporary
folder of its own, in a mount namespace where the users that it insists on are
known and its fixed folders below /var are its own: nothing of it is ever seen
or left outside. None of them takes mail: nobody is told whom to relay for.

Who is not root needs users of his own to give away: see as_root().
"""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

from servers import (READY_S, SERVERS, end_group, environment, has_ended,
                     program)

PORT = 25
FIRST_UID = 65400  # nobody's
DAEMONS = os.path.join(SERVERS, "usr", "lib", "postfix", "sbin")
POSTFIX_LIBRARIES = os.path.dirname(DAEMONS)

# What is mounted is gone with the last process in here; exec: one pid for all.
INSIDE = r"""
set -e
mount --bind "$0/passwd" /etc/passwd
mount --bind "$0/group" /etc/group
mount -t tmpfs -o mode=755 tmpfs /var
mkdir -p -m 711 /var/spool/smtpd /var/lib/opensmtpd/empty /var/run
exec "$@"
"""


class MailServer:
    """What the three have in common: start(), log(), close()."""

    def __init__(self):
        self.server = None
        if not has_users():
            raise RuntimeError(
                f"{self.name} needs users beside root: install uidmap and "
                "have a line in /etc/subuid and /etc/subgid, or be root")
        self.dir = tempfile.mkdtemp(prefix=f"snowline-{self.name}.",
                                    dir="/tmp")
        try:
            self.uids = {user: FIRST_UID + i
                         for i, user in enumerate(self.USERS)}
            os.chmod(self.dir, 0o711)  # passed through, not looked into
            self.write("passwd", "".join(
                f"{u}:x:{i}:{i}::/:/bin/false\n" for u, i in self.users()))
            self.write("group", "".join(
                f"{u}:x:{i}:\n" for u, i in self.users()))
            self.start(self.prepare())
        except BaseException:
            self.close()
            raise

    def users(self):
        return [("root", 0), ("nobody", 65534), *self.uids.items()]

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)
        return self.path(name)

    def folder(self, name, user=None, mode=0o755):
        path = self.path(name)
        os.makedirs(path)
        os.chmod(path, mode)
        if user:
            os.chown(path, self.uids[user], self.uids[user])
        return path

    def certificate(self):
        """Paths of a new certificate, signed by itself, and of its key."""
        paths = self.path("cert.pem"), self.path("key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "7", "-subj",
             f"/CN={self.HOST}", "-addext",
             f"subjectAltName=DNS:{self.HOST}", "-out", paths[0], "-keyout",
             paths[1]], check=True, stdin=subprocess.DEVNULL,
            capture_output=True)
        return paths

    def start(self, command):
        with open(self.path("stderr"), "w") as log:
            self.server = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "unshare", "-m",
                 "--propagation", "private", "sh", "-c", INSIDE, self.dir,
                 *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env=self.environment(), cwd="/")
        end = time.monotonic() + READY_S
        while not all(map(is_listening, self.addresses)):
            if time.monotonic() > end or has_ended(self.server):
                raise RuntimeError(f"{self.name} does not start: {self.log()}")
            time.sleep(.02)

    def environment(self):
        return environment(self.dir)

    def log(self):
        """All that it has said."""
        said = ""
        for name in ("stderr", *self.LOGS):
            try:
                with open(self.path(name), errors="replace") as f:
                    said += f.read()
            except FileNotFoundError:
                pass
        return said

    def close(self):
        if self.server:
            end_group(self.server)
            self.server = None
        shutil.rmtree(self.dir, ignore_errors=True)


def has_users():
    with open("/proc/self/uid_map") as f:
        return any(int(first) <= FIRST_UID and
                   FIRST_UID + 9 < int(first) + int(n)
                   for first, _, n in map(str.split, f))


def is_listening(address):
    """As the kernel knows; a connection would stand in the log."""
    known = "%08X:%04X" % (
        int.from_bytes(socket.inet_aton(address), "little"), PORT)
    with open("/proc/net/tcp") as f:
        return any(line.split()[1:4:2] == [known, "0A"] for line in f)


class Postfix(MailServer):
    """@p services is {address: (program, {setting: value})}, the program being
    smtpd or postscreen; @p settings hold for all. The lines of a service's log
    have the address in them. With a certificate STARTTLS is offered where
    smtpd_tls_security_level says so."""
    name, LOGS, USERS = "postfix", ("maillog",), ("postfix", "postdrop")
    HOST = "mx.postfix.example"
    # private and public are for sockets, the others for mail
    QUEUE = ("active", "bounce", "corrupt", "defer", "deferred", "flush",
             "hold", "incoming", "private", "saved", "trace")

    def __init__(self, services, settings=()):
        self.services, self.settings = services, dict(settings)
        self.addresses = list(services)
        super().__init__()

    def prepare(self):
        self.folder("queue")
        for name in self.QUEUE:
            self.folder(f"queue/{name}", "postfix", 0o700)
        for name, mode in (("public", 0o710), ("maildrop", 0o730)):
            self.folder(f"queue/{name}", "postfix", mode)
            os.chown(self.path("queue", name), self.uids["postfix"],
                     self.uids["postdrop"])
        self.folder("queue/pid")
        self.folder("data", "postfix", 0o700)
        certificate, key = self.certificate()
        self.write("main.cf", lines({
            "compatibility_level": "3.6",
            "myhostname": self.HOST,
            "mydestination": "",
            "mynetworks": "127.255.255.254",
            "inet_protocols": "ipv4",
            "queue_directory": self.path("queue"),
            "data_directory": self.path("data"),
            "daemon_directory": DAEMONS,
            "command_directory": os.path.dirname(program("postfix")),
            "shlib_directory": POSTFIX_LIBRARIES,
            "meta_directory": self.dir,
            "mail_owner": "postfix",
            "setgid_group": "postdrop",
            "maillog_file": self.path("maillog"),
            "maillog_file_prefixes": self.dir,
            "import_environment":
                f"MAIL_CONFIG={self.dir} LD_LIBRARY_PATH={POSTFIX_LIBRARIES}",
            "alias_maps": "",
            "smtpd_peername_lookup": "no",
            "postscreen_access_list": "",
            "smtpd_tls_cert_file": certificate,
            "smtpd_tls_key_file": key,
            "smtpd_tls_loglevel": "1",
            "tls_random_source": "dev:/dev/urandom",
        } | self.settings))
        self.write("dynamicmaps.cf", "")
        self.write("master.cf", "\n".join(self.master()) + "\n")
        # a file that has just been written is read again until it has rested
        os.utime(self.path("main.cf"), (0, 0))
        return [os.path.join(DAEMONS, "master"), "-c", self.dir, "-d"]

    def master(self):
        for address, (what, options) in self.services.items():
            most = 1 if what == "postscreen" else "-"
            yield f"{address}:{PORT} inet n - n - {most} {what}"
            yield f"  -o syslog_name=postfix/{address}"
            yield f"  -o postscreen_cache_map={self.cache(address)}"
            for option in options.items():
                yield "  -o { %s = %s }" % option
        yield from ("smtpd pass - - n - - smtpd",
                    "  -o syslog_name=postfix/passed",
                    "tlsproxy unix - - n - 0 tlsproxy",
                    "dnsblog unix - - n - 0 dnsblog",
                    "anvil unix - - n - 1 anvil",
                    "tlsmgr unix - - n 1000? 1 tlsmgr",
                    "rewrite unix - - n - - trivial-rewrite",
                    "proxymap unix - - n - - proxymap",
                    "postlog unix-dgram n - n - 1 postlogd")

    def cache(self, address):
        """Whom that postscreen has passed before."""
        return f"btree:{self.path('data', 'postscreen-' + address)}"

    def environment(self):
        return environment(self.dir) | {
            "LD_LIBRARY_PATH": POSTFIX_LIBRARIES}


class OpenSmtpd(MailServer):
    """@p listeners is {address: options of `listen on`}, @p filters stands
    before them. `tls pki HOST` is its certificate."""
    name, LOGS, USERS = "opensmtpd", (), (
        "opensmtpd", "opensmtpq")
    HOST = "mx.opensmtpd.example"

    def __init__(self, listeners, filters=""):
        self.listeners, self.filters = listeners, filters
        self.addresses = list(listeners)
        super().__init__()

    def prepare(self):
        certificate, key = self.certificate()
        self.write("smtpd.conf", f"""\
pki {self.HOST} cert "{certificate}"
pki {self.HOST} key "{key}"
{self.filters}
""" + "".join(f"listen on {address} port {PORT} hostname {self.HOST} {more}\n"
              for address, more in self.listeners.items()) + """\
action nothing relay host smtp://127.255.255.254
match from local for domain nowhere.invalid action nothing
""")
        return [program("smtpd"), "-d", "-T", "smtp", "-f",
                self.path("smtpd.conf")]


class Exim(MailServer):
    """@p settings are main ones, @p acls {name: text}; both are asked on every
    one of @p addresses: $received_ip_address tells them apart."""
    name, LOGS, USERS = "exim", ("log/mainlog", "log/paniclog"), (
        "Debian-exim",)
    HOST = "mx.exim.example"

    def __init__(self, addresses, settings=(), acls=()):
        self.addresses = list(addresses)
        self.settings, self.acls = dict(settings), dict(acls)
        super().__init__()

    def prepare(self):
        for name in ("log", "spool"):
            self.folder(name, "Debian-exim")
        certificate, key = self.certificate()
        for path in (certificate, key):
            os.chown(path, self.uids["Debian-exim"], 0)
        self.write("exim.conf", lines({
            "primary_hostname": self.HOST,
            "spool_directory": self.path("spool"),
            "log_file_path": self.path("log", "%slog"),
            "pid_file_path": self.path("exim.pid"),
            "local_interfaces": "<; " + " ; ".join(
                f"[{a}]:{PORT}" for a in self.addresses),
            "host_lookup": "",
            "rfc1413_hosts": "",
            "keep_environment": "",
            "tls_certificate": certificate,
            "tls_privatekey": key,
            "tls_advertise_hosts": "",
            "log_selector": "+smtp_connection +smtp_no_mail "
                            "+incoming_interface +smtp_protocol_error "
                            "+smtp_syntax_error",
            "acl_smtp_mail": "nothing",
        } | self.settings) + "begin acl\nnothing:\n  deny\n" + "".join(
            f"{name}:\n{text}" for name, text in self.acls.items()))
        os.chmod(self.path("exim.conf"), 0o644)
        exim = shutil.copy(program("exim4"), self.dir)
        os.chmod(exim, 0o755)  # without its set-user-id bit
        return [exim, "-bdf", "-C", self.path("exim.conf")]


def lines(settings):
    return "".join(f"{name} = {value}\n" for name, value in settings.items())
