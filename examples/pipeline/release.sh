#!/bin/sh
# release.sh BASE FILE: the last step of a pipeline. Drops a server file into the base of a Vili on this host, waits until
# users have it, and ends as `vili wait` does: 0 promoted, 3 rejected, 4 timed out, 5 no Vili runs, 6 declined.
# From another host: copy the file by scp, and give `vili wait` --url and --token-file in place of --base.
set -eu
base=$1
name=$(basename "$2")
cp "$2" "$base/.part"
mv "$base/.part" "$base/$name"
exec vili wait --base "$base" --for promoted --version "$name" --timeout "${TIMEOUT:-30m}"
