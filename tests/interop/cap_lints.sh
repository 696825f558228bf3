#!/usr/bin/env bash
# The compiler, with lints capped at `UPVEST_CAP_LINTS`, as cargo builds a dependency.
exec "$@" --cap-lints "$UPVEST_CAP_LINTS"
