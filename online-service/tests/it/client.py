"""Downloads targets with python-tuf and compares them: URL CACHE TARGET CONTENT [TARGET CONTENT ...]."""

import pathlib
import sys
import urllib.request

from tuf.ngclient import Updater

url, cache, *pairs = sys.argv[1:]
cache = pathlib.Path(cache)
(cache / "metadata").mkdir(parents=True, exist_ok=True)
(cache / "targets").mkdir(exist_ok=True)
root = cache / "trusted-root.json"
if not root.exists():
    root.write_bytes(urllib.request.urlopen(f"{url}/metadata/1.root.json").read())
updater = Updater(
    metadata_dir=str(cache / "metadata"),
    metadata_base_url=f"{url}/metadata/",
    target_dir=str(cache / "targets"),
    target_base_url=f"{url}/content/",
    bootstrap=root.read_bytes(),
)
updater.refresh()
for target, content in zip(pairs[::2], pairs[1::2], strict=True):
    info = updater.get_targetinfo(target)
    assert info is not None, f"{target} is not listed"
    path = updater.download_target(info)
    assert pathlib.Path(path).read_text() == content, f"{target} has another content"
