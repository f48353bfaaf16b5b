#!/bin/sh
# build.sh VERSION: compiles greeter-VERSION.jar beside this file. It appears there in one step.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
javac -d "$work/classes" Greeter.java
printf 'Main-Class: greeter.Greeter\nImplementation-Version: %s\n' "$1" > "$work/manifest"
jar cfm .part "$work/manifest" -C "$work/classes" .
mv .part "greeter-$1.jar"
