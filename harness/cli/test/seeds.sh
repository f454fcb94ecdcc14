#!/usr/bin/env bash
# A base seed decides the parameters of every iteration, and one iteration of
# it can be run alone.
. "$(dirname "$0")/lib.sh"
build_probe

printf '%s\n' "target: $probe" 'arguments: [fail, "{workers}"]' \
    "parameters: {workers: 1..9, size: [small, large]}" >s.yml

# Of each distinct finding: iteration, seed and parameters, in order.
findings() {
    sqlite3 -separator ' ' :memory: "
        SELECT json_extract(value, '\$.first_iteration'),
               json_extract(value, '\$.first_seed'),
               json_extract(value, '\$.parameters')
        FROM json_each(readfile('$1'), '\$.scenarios[0].findings')
        ORDER BY 1"
}

run="run --max-failures 0 --iterations 30 -j 1"
mps 1 $run --seed 7 --json a.json s.yml
mps 1 $run --seed 7 --json b.json s.yml
mps 1 $run --seed 8 --json c.json s.yml
same 0x7 "$(json a.json '$.seed')"
same "$(findings a.json)" "$(findings b.json)"
holds test "$(findings a.json)" != "$(findings c.json)"
holds test "$(findings a.json | wc -l)" -ge 5
holds test "$(findings a.json | grep -c size=small)" -ge 1
holds test "$(findings a.json | grep -c size=large)" -ge 1

# Each of them alone: the same seed, the same parameters.
while read -r iteration seed parameters; do
    mps 1 run --seed 7 --only "$iteration" --json one.json s.yml
    same "$iteration $seed $parameters" "$(findings one.json)"
    same 1 "$(json one.json '$.scenarios[0].iterations')"
done < <(findings a.json)

# Two job slots draw the same as one.
worker_counts() {
    findings "$1" | grep -o 'workers=[0-9]*' | sort
}
mps 1 run --max-failures 0 --iterations 30 -j 2 --seed 7 --json d.json s.yml
same "$(worker_counts a.json)" "$(worker_counts d.json)"

# The shards of a run together are the whole of it.
for shard in 1 2 3; do
    mps 1 $run --seed 7 --shard $shard/3 --json $shard.json s.yml
    same 10 "$(json $shard.json '$.scenarios[0].iterations')"
    for iteration in $(findings $shard.json | cut -d' ' -f1); do
        same $((shard - 1)) $((iteration % 3))
    done
done

# Without a seed one is drawn and printed.
mps 1 run -j 1 --iterations 1 --no-stored --json e.json s.yml
seed=$(json e.json '$.seed')
has out "seed $seed"
mps 1 run -j 1 --iterations 1 --seed "$seed" --json f.json s.yml
same "$(findings e.json)" "$(findings f.json)"
nothing_left
