#!/bin/sh
# A start script must become its server (exec): Vili's signals go to the process that it started.
mkdir -p public
printf '{"greeting":"hello","version":"1.0.0"}' > public/index.html
exec python3 -m http.server "$PORT" --bind 127.0.0.1 --directory public
