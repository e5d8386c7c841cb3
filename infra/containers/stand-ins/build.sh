#!/usr/bin/env bash
# Builds stand-ins for the official images from packages, under the official names, where no registry can be reached.
# usage: build.sh <folder of Postgres (bin, lib, share)> <folder of Kafka's jars> <temporal program>
# Needs root, debootstrap, and docker with an engine (DOCKER_HOST).
set -euo pipefail
postgres=$1 kafka=$2 temporal=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

base=bezel-stand-in-base
if ! docker image inspect "$base" > /dev/null 2>&1; then
  echo "base system by debootstrap"
  debootstrap --variant=minbase bookworm "$work/base" > "$work/debootstrap.log" || { tail "$work/debootstrap.log"; exit 1; }
  tar -C "$work/base" -c . | docker import - "$base" > /dev/null
  rm -rf "$work/base"
fi

build() { # image, folder of its Dockerfile, what the Dockerfile finds as `program`
  echo "$1"
  mkdir "$work/context"
  cp "$here/$2/"* "$work/context/"
  cp -RL "$3" "$work/context/program"
  docker build --network host --tag "$1" "$work/context" > "$work/build.log" 2>&1 || { tail -30 "$work/build.log"; exit 1; }
  rm -rf "$work/context"
}

build postgres:18 postgres "$postgres"
build apache/kafka:4.3.0 kafka "$kafka"
build temporalio/temporal:1.5.1 temporal "$temporal"
