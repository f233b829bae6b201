#!/usr/bin/env python3
"""Judge: the client of python-tuf, which knows nothing of this project.

usage: judge_python_tuf.py METADATA_URL TARGETS_URL ROOT_JSON TARGET_PATH [OUT_FILE [CACHE_DIR]]

ROOT_JSON is the root that the client trusts from the start. CACHE_DIR keeps the metadata for the
next run, as a real client does; without it every run is a first run. OUT_FILE may be - for none.

exit 0: found, downloaded, verified
     1: refused
     2: the judge itself could not run
     3: the metadata is good and lists no such target
     4: something could not be fetched, so there is no verdict
"""
import os
import sys
import tempfile

VERIFIED, REFUSED, CANNOT_RUN, NO_SUCH_TARGET, NOT_FETCHED = range(5)

try:
    from tuf.api.exceptions import DownloadError, DownloadLengthMismatchError, RepositoryError
    from tuf.ngclient import Updater
except ImportError as error:
    print(f"CANNOT RUN python-tuf: {error}", file=sys.stderr)
    sys.exit(CANNOT_RUN)


def with_slash(url):
    return url if url.endswith("/") else url + "/"


def judge(metadata_url, targets_url, root, path, out, cache, scratch):
    targets = os.path.join(scratch, "targets")
    os.makedirs(cache, exist_ok=True)
    os.makedirs(targets)
    client = Updater(cache, with_slash(metadata_url), targets, with_slash(targets_url), bootstrap=root)
    client.refresh()
    info = client.get_targetinfo(path)
    if info is None:
        print(f"ABSENT python-tuf: no target {path}", file=sys.stderr)
        return NO_SUCH_TARGET
    client.download_target(info, out or os.path.join(targets, "out"))
    print(f"OK python-tuf: {path}, {info.length} bytes")
    return VERIFIED


def meaning(error):
    if isinstance(error, (RepositoryError, DownloadLengthMismatchError)):  # what the client objects to
        return "REFUSED", REFUSED
    if isinstance(error, DownloadError):
        return "NOT FETCHED", NOT_FETCHED
    return "CANNOT RUN", CANNOT_RUN


def main(arguments):
    if not 4 <= len(arguments) <= 6:
        print(__doc__, file=sys.stderr)
        return CANNOT_RUN
    metadata_url, targets_url, root_file, path = arguments[:4]
    out = arguments[4] if len(arguments) > 4 and arguments[4] != "-" else None
    try:
        with open(root_file, "rb") as file:
            root = file.read()
    except OSError as error:
        print(f"CANNOT RUN python-tuf: {error}", file=sys.stderr)
        return CANNOT_RUN
    with tempfile.TemporaryDirectory() as scratch:
        cache = arguments[5] if len(arguments) > 5 else os.path.join(scratch, "metadata")
        try:
            return judge(metadata_url, targets_url, root, path, out, cache, scratch)
        except Exception as error:
            word, code = meaning(error)
            print(f"{word} python-tuf: {type(error).__name__}: {error}", file=sys.stderr)
            return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
