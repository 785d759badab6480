"""STARTTLS of a real mail server, and TLS before the greeting."""
import importlib.machinery
import importlib.util
import json
import os
import socket
import subprocess
import unittest

from servers import in_own_network
from support import BUILD, Case, LAB, LOOPBACK, ok, wait_until

NAME = "mx.tls.example"


def lab_script():
    loader = importlib.machinery.SourceFileLoader("lab_script", LAB)
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader("lab_script", loader))
    loader.exec_module(module)
    return module


def openssl(*args, **more):
    return subprocess.run(["openssl", *args], check=True, capture_output=True,
                          **more).stdout


def stop(process):
    process.terminate()
    process.wait()


def greets(port):
    try:
        with socket.create_connection((LOOPBACK, port), .5) as s:
            s.settimeout(5)
            return s.recv(512).startswith(b"220")
    except OSError:
        return False


class Exim:
    """As in the lab, on a port of its own and with a certificate of ours."""

    def __init__(self, folder, settings):
        lab = lab_script()
        self.port = lab.free_ports(1)[0]
        lab.write(folder, "mta.txt", f"{LOOPBACK}: {NAME}\n")
        command, more = lab.mail_server(folder, {"SMTP_PORT": self.port})
        conf = os.path.join(folder, "exim", "exim.conf")
        with open(conf) as f:
            text = f.read()
        with open(conf, "w") as f:
            f.write(settings + text)
        with open(os.path.join(folder, "exim.out"), "w") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out,
                                            stdin=subprocess.DEVNULL, **more)


class StartTls(Case):
    def setUp(self):
        super().setUp()
        os.chmod(self.dir, 0o711)  # Exim, as nobody, passes through

    def certificate(self):
        """A file that Exim, who is nobody, may read."""
        path = self.path("exim.pem")
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", f"/O=Tests/CN={NAME}", "-addext",
                f"subjectAltName=DNS:{NAME.upper()},DNS:*.tls.example,"
                "email:nobody@tls.example", "-keyout", path, "-out",
                self.path("certificate.pem"))
        with open(path, "a") as f, open(self.path("certificate.pem")) as more:
            f.write(more.read())
        os.chmod(path, 0o644)
        return path

    def probe(self, settings, *options):
        exim = Exim(self.dir, settings)
        self.addCleanup(stop, exim.process)
        wait_until(lambda: greets(exim.port), "Exim greets")
        return json.loads(ok("probe", LOOPBACK, "--include-reserved",
                             "--smtp-port", str(exim.port), "--ehlo",
                             "probe.example", "--progress", "none", *options))

    def offering(self, *options):
        pem = self.certificate()
        return self.probe("tls_advertise_hosts = *\n"
                          f"tls_certificate = {pem}\n"
                          f"tls_privatekey = {pem}\n", *options)

    def test_starttls(self):
        record = self.offering()
        tls = record["tls"]
        self.assertEqual(record["ehlo"]["status"], "ok")
        self.assertIn("PIPELINING", record["ehlo"]["capabilities"])
        self.assertNotIn("STARTTLS", record["ehlo"]["capabilities"])
        self.assertEqual(tls["status"], "ok")
        self.assertEqual(tls["version"], "TLSv1.3")
        self.assertTrue(tls["cipher"].startswith("TLS_"))
        self.assertEqual(tls["subject"], NAME)
        self.assertEqual(tls["issuer"], NAME)
        self.assertEqual(tls["names"], [NAME, "*.tls.example"])
        self.assertIs(tls["self_signed"], True)
        key = openssl("x509", "-in", self.path("certificate.pem"), "-pubkey",
                      "-noout")
        der = openssl("pkey", "-pubin", "-outform", "DER", input=key)
        said = openssl("dgst", "-sha256", "-r", input=der).decode().split()[0]
        self.assertEqual(tls["spki_sha256"], said)
        dates = openssl("x509", "-in", self.path("certificate.pem"), "-dates",
                        "-noout", "-dateopt", "iso_8601").decode()
        for line, key in zip(dates.splitlines(), ("not_before", "not_after")):
            self.assertEqual(tls[key],
                             line.partition("=")[2].replace(" ", "T"))
        with open(self.path("exim/log/mainlog")) as f:
            self.assertNotIn("error", f.read())

    def test_no_starttls(self):
        record = self.offering("--no-starttls")
        self.assertEqual(record["tls"]["status"], "not-asked")
        self.assertIsNone(record["tls"]["subject"])
        self.assertIn("STARTTLS", record["ehlo"]["capabilities"])

    def test_not_offered(self):
        record = self.probe("tls_advertise_hosts =\n")
        self.assertEqual(record["tls"]["status"], "not-offered")

    def test_without_its_certificate(self):
        record = self.probe("tls_advertise_hosts = *\n"
                            "tls_certificate = /nowhere/exim.pem\n")
        self.assertIn(record["tls"]["status"], ("refused", "failed"))
        self.assertEqual(record["status"], "open")


@in_own_network
class Port465(unittest.TestCase):
    def test_tls_comes_first(self):
        fixture = subprocess.Popen(
            [os.path.join(BUILD, "lab", "smtp-fixture"), "465", "/dev/stdin"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(fixture.stdout.close)
        self.addCleanup(stop, fixture)
        fixture.stdin.write(f"127.0.0.1 smtps {NAME}\n"
                            f"127.0.0.2 open {NAME}\n")
        fixture.stdin.close()
        self.assertEqual(fixture.stdout.readline(), "ready 465\n")
        answers = [json.loads(line) for line in ok(
            "probe", "127.0.0.1-127.0.0.2", "--include-reserved",
            "--smtp-port", "465", "--ehlo", "probe.example", "--progress",
            "none").splitlines()]
        first, second = sorted(answers, key=lambda a: a["ip"])
        self.assertEqual(first["status"], "open")
        self.assertEqual(first["tls"]["status"], "ok")
        self.assertEqual(first["tls"]["subject"], NAME)
        self.assertEqual(second["status"], "not-smtp")
        self.assertEqual(second["tls"]["status"], "failed")
