#!/bin/sh
# Makes the secrets of compose.yaml in a folder, once: those that are there stay as they are.
set -eu
umask 077
folder=${1:-secrets}
mkdir -p "$folder"
for name in database_password session_secret meili_key metrics_token; do
  [ -s "$folder/$name" ] || openssl rand -hex 32 | tr -d '\n' > "$folder/$name"
done
# The line to the database is the container network of this machine alone, so it says plainly that it has no TLS.
[ -s "$folder/database_url" ] || printf 'postgres://tacit:%s@postgres:5432/tacit?sslmode=disable' "$(cat "$folder/database_password")" > "$folder/database_url"
# Compose hands each file over with its mode, and the portal's user in the container (10001) must read it; on this
# machine nobody else comes into the folder.
chmod 644 "$folder"/*
chmod 700 "$folder"
echo "The secrets are in $folder."
