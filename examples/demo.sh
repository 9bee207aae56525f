#!/bin/sh
# The tour of `make demo`: a register in a temporary folder, the invented examples, status and check.
set -eu
thidua=$1
THIDUA_DB=$2/thidua.db
export THIDUA_DB
here=$(dirname "$0")

run() {
  printf '\n$ thidua %s\n' "$*"
  "$thidua" "$@"
}

run init
run import launches "$here/launches_2022.csv"
run import registrations "$here/registrations_2022.csv"
run import exemptions "$here/exemptions_2022.csv"
run status --as-of 2022-03-31
run status --phase p1 --by district --as-of 2022-04-30
code=0
run check p1-launch --as-of 2022-04-01 || code=$?
printf '\ncheck: %s (3: có đơn vị quá hạn / some units are overdue)\n' "$code"
[ "$code" = 3 ]
printf '\nTHIDUA_DB=%s\n' "$THIDUA_DB"
