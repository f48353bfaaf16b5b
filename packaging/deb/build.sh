#!/usr/bin/env bash
# Builds vili_VERSION_ARCHITECTURE.deb for Debian and its kin from the npm package, with the dependencies that
# package-lock.json names: build.sh TARBALL [FOLDER]. Run it in a clone; it needs npm and dpkg-deb, and no rights.
set -euo pipefail
umask 022

fail() {
  echo "build.sh: $1" >&2
  exit 2
}

[ $# -ge 1 ] && [ $# -le 2 ] || fail 'usage: build.sh TARBALL [FOLDER]; npm pack makes the tarball'
tarball=$1 out=${2:-.}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
[ -f "$tarball" ] || fail "$tarball is no file; npm pack makes the tarball"
[ -d "$out" ] || fail "$out is no folder"
command -v dpkg-deb >/dev/null || fail 'dpkg-deb is missing'
architecture=$(dpkg --print-architecture)
case $architecture in
  amd64) binaries=linux-x64 ;;
  arm64) binaries=linux-arm64 ;;
  *) fail "node-pty has no binary for $architecture: amd64 and arm64 only" ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
files=$work/files
program=$files/usr/lib/vili
units=$files/usr/lib/systemd/system
documents=$files/usr/share/doc/vili
mkdir -p "$program" "$files/usr/bin" "$units" "$documents" "$files/DEBIAN"

tar -xzf "$tarball" -C "$program" --strip-components=1 --no-same-owner
cp "$root/package-lock.json" "$program/"
# No script is run: the package is built, and node-pty brings its binary.
npm ci --prefix "$program" --omit=dev --ignore-scripts --no-audit --no-fund --silent
rm "$program/package-lock.json" "$program/node_modules/.package-lock.json"
find "$program/node_modules/node-pty/prebuilds" -mindepth 1 -maxdepth 1 ! -name "$binaries" -exec rm -r {} +
rm -r "$program/node_modules/node-pty/"{src,third_party,scripts,binding.gyp}

version=$(node -p 'require(process.argv[1]).version' "$program/package.json")
ln -s ../lib/vili/dist/actors/app/main.js "$files/usr/bin/vili"
for unit in "$program/packaging/systemd/"*; do
  sed 's|/usr/local/bin/vili|/usr/bin/vili|' "$unit" >"$units/$(basename "$unit")"
done
mv "$program/docs" "$program/README.md" "$program/CHANGELOG.md" "$program/SECURITY.md" "$program/ARCHITECTURE.md" "$documents/"
mv "$program/LICENSE" "$documents/copyright"
for page in "$program/packaging/man/"*; do
  manual=$files/usr/share/man/man${page##*.}
  mkdir -p "$manual"
  gzip -9nc "$page" >"$manual/$(basename "$page").gz"
done
rm -r "$program/packaging"

chmod -R u=rwX,go=rX "$files"
chmod 755 "$program/dist/actors/app/main.js"
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" \
  -e "s/@SIZE@/$(du -sk "$files/usr" | cut -f1)/" "$here/control" >"$files/DEBIAN/control"
install -m 755 "$here/postinst" "$here/prerm" "$here/postrm" "$files/DEBIAN/"

dpkg-deb --root-owner-group -Zxz --build "$files" "$out/vili_${version}_${architecture}.deb"
