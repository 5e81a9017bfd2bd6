"""Packs a folder as an image that `ctr images import` takes: pack.py NAME:TAG FOLDER OUT.tar ENTRY USER"""

import gzip
import hashlib
import io
import json
import platform
import subprocess
import sys
import tarfile

name, folder, out, entry, user = sys.argv[1:]
architecture = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
blobs = {}


def blob(content, kind):
    """Takes a blob in, and gives the descriptor by which others name it."""
    digest = hashlib.sha256(content).hexdigest()
    blobs[digest] = content
    return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(content)}


tar = ["tar", "--numeric-owner", "--xattrs", "--sort=name", "--mtime=@0", "-C", folder, "-cf", "-", "."]
layer = subprocess.run(tar, check=True, stdout=subprocess.PIPE).stdout
config = {
    "created": "1970-01-01T00:00:00Z",
    "architecture": architecture,
    "os": "linux",
    "config": {
        "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        "Entrypoint": [entry],
        "User": user,
    },
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
}
manifest = blob(
    json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": blob(json.dumps(config).encode(), "config.v1+json"),
            "layers": [blob(gzip.compress(layer, 1, mtime=0), "layer.v1.tar+gzip")],
        }
    ).encode(),
    "manifest.v1+json",
)
manifest["platform"] = {"architecture": architecture, "os": "linux"}
manifest["annotations"] = {"io.containerd.image.name": name, "org.opencontainers.image.ref.name": name.split(":")[-1]}
files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": json.dumps({"schemaVersion": 2, "manifests": [manifest]}).encode()}
files |= {f"blobs/sha256/{digest}": content for digest, content in blobs.items()}
with tarfile.open(out, "w") as archive:
    for path, content in files.items():
        member = tarfile.TarInfo(path)
        member.size, member.mode = len(content), 0o644
        archive.addfile(member, io.BytesIO(content))
