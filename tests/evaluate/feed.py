"""Worlds through the program: records in, findings out."""
import json
import os
import subprocess

from world import NOW_TEXT

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SNOWLINE = os.path.join(ROOT, os.environ.get("SNOWLINE_BUILD",
                                             "build/release"), "snowline")
SETTINGS = ["--now", NOW_TEXT, "--psl", os.path.join(HERE, "psl.txt")]


def snowline(*args):
    done = subprocess.run([SNOWLINE, *args], capture_output=True, text=True,
                          timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"snowline {' '.join(args)}: exit "
                           f"{done.returncode}: {done.stderr}")
    return done.stdout


def import_files(store, files):
    snowline("import", store, *files)


def findings(store, *options):
    return json.loads(snowline("findings", store, "--format", "json",
                               *SETTINGS, *options))


def findings_of(world, folder):
    """What the program finds in a world; everything stays in the folder."""
    store = os.path.join(folder, "world.db")
    import_files(store, world.write(folder))
    return findings(store)
