#!/usr/bin/env bash
# Job slots do not get in each other's way: iterations that change the same
# files, or take the same port, run one at a time, however many jobs there are.
. "$(dirname "$0")/lib.sh"

cat >count <<'END'
#!/bin/bash
echo 0 >number
add() {
    (
        flock 9
        read -r n <number
        echo $((n + 1)) >number
    ) 9>lock
}
add & add &
wait
read -r n <number
test "$n" = 2
END
cat >once <<'END'
#!/bin/bash
# A lock file as shells make them; nobody waits for it.
set -C
: >lock || exit 1
rm lock
END
cat >port.c <<'END'
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(47113)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    return bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1) ||
           usleep(2000);
}
END
"$CC" -o port port.c
chmod +x count once

# runs OUT PROGRAM: 60 iterations with four jobs pass, and OUT is said.
runs() {
    mps 0 run --iterations 60 -j 4 --mode "$mode" -- "$2"
    has out "one at a time, as"
    has out "($1)"
}
for mode in stress control; do
    runs number ./count
    rm -f lock
    runs "port 47113" ./port
    runs lock ./once
done

# Neither what is a slot's own, nor what is only read, is shared.
printf '%s\n' "target: ./count" >count.yml
mps 0 run --iterations 20 -j 4 count.yml
has_not out "one at a time"
mps 0 run --iterations 20 -j 4 -- /bin/sh -c 'cat count | wc >/dev/null'
has_not out "one at a time"
