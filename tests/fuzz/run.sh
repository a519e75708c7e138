#!/bin/sh
# Run fuzz targets, two at a time; a finding makes it fail and is kept.
#
#	run.sh FOLDER TARGET...
#
# FOLDER has the programs; what they learn goes to FOLDER/corpus, beside the
# files of tests/fuzz/corpus.  FUZZ_SECONDS is the time for each target,
# FUZZ_SEED their seed.
set -u
folder=$1
shift
here=$(dirname "$0")
seconds=${FUZZ_SECONDS:-15}
seed=${FUZZ_SEED:-1}
passed=0
failed=0

start() {
	mkdir -p "$folder/corpus/$1" "$folder/found/$1"
	"$folder/$1" -seed="$seed" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
		-dict="$here/qsrepl.dict" -artifact_prefix="$folder/found/$1/" \
		"$folder/corpus/$1" "$here/corpus/$1" \
		>"$folder/$1.log" 2>&1 </dev/null &
}

# $1 a target, $2 its process
finish() {
	if wait "$2"; then
		passed=$((passed + 1))
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' \
			"$folder/$1.log")
		echo "$1: $runs runs"
		return
	fi
	failed=$((failed + 1))
	tail -n 60 "$folder/$1.log"
	found=$(sed -n 's/.*Test unit written to //p' "$folder/$1.log" |
		tail -n 1)
	echo "$1: failed; to reproduce: $folder/$1 $found"
}

echo "seed $seed, $seconds s for each target"
while [ $# -gt 0 ]; do
	first=$1
	shift
	start "$first"
	first_process=$!
	if [ $# -gt 0 ]; then
		second=$1
		shift
		start "$second"
		finish "$first" "$first_process"
		finish "$second" "$!"
	else
		finish "$first" "$first_process"
	fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
