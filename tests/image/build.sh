#!/usr/bin/env bash
# Build the shipped Dockerfile without a Docker engine, as root: build.sh [FOLDER [TARGET]]
# FOLDER keeps the Debian base and the layers between builds. In the end FOLDER/TARGET is the image's
# tree, and FOLDER/TARGET.json says how it is started. The target `worker` is that of the workers
# with a GPU; the others are the compare image's.
set -euo pipefail
cd "$(dirname "$0")/../.."

work=$(realpath -m "${1:-.cache/image}")
target=${2:-function}
image=compare
[ "$target" = worker ] && image=worker
base=localhost/debian:trixie-slim
export BUILDAH_ISOLATION=chroot
mkdir -p "$work"

in_storage() {
    buildah --root "$work/storage" --runroot "$work/run" \
        --storage-driver "${STORAGE_DRIVER:-overlay}" "$@"
}

make_base() {
    debootstrap --variant=minbase trixie "$work/debian" >/dev/null
    # What debian:trixie-slim leaves out too.
    find "$work/debian/usr/share/doc" -type f ! -name copyright -delete
    rm -rf "$work"/debian/usr/share/{info,locale,man}/* \
        "$work"/debian/var/{cache/apt,lib/apt/lists,log}/* "$work"/debian/dev/*
    container=$(in_storage from scratch)
    in_storage copy --quiet "$container" "$work/debian" / >/dev/null
    in_storage commit --quiet --rm "$container" "$base" >/dev/null
    rm -rf "$work/debian"
}

# pip inside asks the index that pip asks here, and trusts the certificates that are trusted here.
pip_settings() {
    echo "[global]"
    echo "cert = /etc/host-certificates.crt"
    pip config list | sed -n "s/^[^.]*\.index-url='\(.*\)'$/index-url = \1/p"
}

build() {
    pip_settings >"$work/pip.conf"
    in_storage bud --quiet --layers --format docker --build-arg "BASE_IMAGE=$base" \
        --volume "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}:/etc/host-certificates.crt:ro" \
        --volume "$work/pip.conf:/etc/pip.conf:ro" \
        --target "$1" --file "functions/$image/Dockerfile" --tag "$2" .
}

in_storage inspect --type image "$base" >/dev/null 2>&1 || make_base
in_storage rm "$target" >/dev/null 2>&1 || true
# Under a name of its own, so that what pip has fetched is kept for the next build.
build installed "localhost/facecompare:$image-installed"
build "$target" "localhost/facecompare:$target"
in_storage rmi --prune >/dev/null
in_storage inspect --type image "localhost/facecompare:$target" >"$work/$target.json"
in_storage from --pull-never --name "$target" "localhost/facecompare:$target" >/dev/null
ln -sfn "$(in_storage mount "$target")" "$work/$target"

echo "image: $(du -sm "$work/$target/" | cut -f1) MB, in it:"
# sed and not head, which would end sort with a broken pipe.
du -sm "$work/$target"/opt/facecompare/venv/lib/python3.*/site-packages/* | sort -rn |
    sed -n '1,12s|/.*/||p'
