#!/bin/sh
# The week's report and the list of who is overdue into a folder, and that list by mail.
#
#   weekly.sh FOLDER [ADDRESS]
#
# Silent on success. A failure is one line on standard error and the exit code of the command that failed; the
# files of last week then stay as they are. At the end the verdict of `check`: 3 where somebody is overdue, or 69
# where the list could not be mailed; report and list are in the folder then.
# THIDUA_DB names the register; THIDUA the program, where it is not in PATH; LETTERHEAD a letterhead file, with
# which the report is written as DOCX too.
set -eu
folder=${1:?"usage: weekly.sh FOLDER [ADDRESS]"}
address=${2:-}
thidua=${THIDUA:-thidua}

fail() {
  printf 'weekly.sh: thidua %s: exit %s: %s\n' "$1" "$2" "$(printf '%s\n' "$3" | head -n 1)" >&2
  exit "$2"
}

run() {
  code=0
  said=$("$thidua" --lock "$@" 2>&1 >/dev/null) || code=$?
  [ "$code" = 0 ] || fail "$1" "$code" "$said"
}

send() {
  subject="thidua: $(TZ=Asia/Ho_Chi_Minh date +%G-W%V)"
  code=0
  said=$(mail -s "$subject" "$address" <"$folder/overdue.txt" 2>&1) || code=$?
  [ "$code" = 0 ] && return
  said=$(printf '%s\n' "$said" | head -n 1)
  printf 'weekly.sh: somebody is overdue, and mail to %s failed: exit %s: %s\n' "$address" "$code" "$said" >&2
  exit 69
}

set --
[ -z "${LETTERHEAD:-}" ] || set -- --format docx --letterhead "$LETTERHEAD"
day=$(TZ=Asia/Ho_Chi_Minh date -d yesterday +%F)  # the last day that is over: report, list and verdict are of one day
run report --as-of "$day" -o "$folder" --format html --format xlsx --format json --since last "$@"
run remind --as-of "$day" -o "$folder/overdue.txt"

verdict=0
said=$("$thidua" --lock check -q --as-of "$day" 2>&1) || verdict=$?
case $verdict in
  0) ;;
  3) [ -z "$address" ] || send ;;
  *) fail check "$verdict" "$said" ;;
esac
exit "$verdict"
