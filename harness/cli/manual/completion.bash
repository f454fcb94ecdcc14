
# takes COMMAND WHAT: sets $kinds and $words, or $options, from the table above;
# WHAT is an option, a position among the other words, or nothing.
__mpstress_takes() {
    kinds='' words='' options=''
    __mpstress_table "$1" "$2"
}

# add PREFIX WORD...: what of it begins with $typed. Words go into the line as
# they are, so only those come here that no shell reads as anything else.
__mpstress_add() {
    local prefix=$1 word
    shift
    for word in "$@"; do
        [[ $word == "$typed"* ]] && COMPREPLY+=("$prefix$word")
    done
}

# files DIRECTORY SUFFIX: names of files there, without the suffix; those that
# mpstress gives, and none that somebody else has made up. In a subshell, since
# what * does is up to the user's options.
__mpstress_files() (
    LC_ALL=C
    set +f
    shopt -u failglob nocasematch
    for file in "$1"/*"$2"; do
        name=${file##*/}
        name=${name%"$2"}
        case $name in
        [.-]* | *[!A-Za-z0-9._-]*) ;;
        *) [[ -f $file ]] && printf '%s\n' "$name" ;;
        esac
    done
)

__mpstress_failures() {
    local i store=.mpstress
    for ((i = 1; i < ${#line[@]}; i++)); do
        case ${line[i]} in
        --store) store=${line[i + 1]-} ;;
        --store=*) store=${line[i]#*=} ;;
        --) break ;;
        esac
    done
    case $store in
    "~/"*) store=$HOME/${store#"~/"} ;;
    esac
    printf '%s\n' latest
    __mpstress_files "$store/failures" .mpt
}

__mpstress_commits() {
    git for-each-ref --format='%(refname:short)' refs/heads refs/tags \
        2>/dev/null | LC_ALL=C grep -x '[A-Za-z0-9._/][A-Za-z0-9._/-]*'
}

# The completion of one of $kinds.
__mpstress_kind() {
    local prefix=$2 typed=$3 lines
    case $1 in
    words) lines=${words// /$'\n'} ;;
    list)
        lines=${words// /$'\n'}
        if [[ $typed == *,* ]]; then
            prefix+=${typed%,*},
            typed=${typed##*,}
        fi
        ;;
    failures) lines=$(__mpstress_failures) ;;
    scenarios) lines=$(__mpstress_files scenarios .yml) ;;
    commits) lines=$(__mpstress_commits) ;;
    program) [[ $typed && $typed != */* ]] && lines=$(compgen -c -- "$typed") ;;
    esac
    # bash knows best how to complete files: when nothing else fits.
    case $1 in
    files | program) compopt -o default 2>/dev/null ;;
    directories) compopt -o dirnames 2>/dev/null ;;
    esac
    local word
    while IFS= read -r word; do
        [[ $word ]] && __mpstress_add "$prefix" "$word"
    done <<<"${lines-}"
}

_mpstress() {
    local -a line=()
    local i word glued= IFS=$' \t\n'
    COMPREPLY=()
    # bash breaks words at = and :, too.
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ ${#line[@]} -gt 0 && ($glued || $word == [=:]*) ]]; then
            line[${#line[@]} - 1]+=$word
            [[ $word == [=:]* ]] && glued=1 || glued=
        else
            line+=("$word")
        fi
    done
    local last=$((${#line[@]} - 1)) kinds words options
    local current=${line[last]} command='' option='' position=0 program=
    local typed=$current prefix=''
    [[ $word == [=:]* ]] && word=
    # What stands before the part that bash replaces.
    local before=${current%"$word"}

    [[ $last -gt 0 ]] && command=${line[0]}
    for ((i = 1; i < last; i++)); do
        case ${line[i]} in
        --) program=$((last - i - 1)) && break ;;
        -*=*) ;;
        -?*)
            __mpstress_takes "$command" "${line[i]}"
            if [[ $kinds ]]; then
                [[ $((i + 1)) -eq $last ]] && option=${line[i]}
                i=$((i + 1))
            fi
            ;;
        *) position=$((position + 1)) ;;
        esac
    done

    if [[ $program ]]; then
        kinds=files
        [[ $program = 0 ]] && kinds=program
    elif [[ $option ]]; then
        __mpstress_takes "$command" "$option"
    elif [[ $current == --*=* ]]; then
        prefix=${current%%=*}=
        typed=${current#*=}
        __mpstress_takes "$command" "${prefix%=}"
    elif [[ $current == -* ]]; then
        __mpstress_takes "$command" ''
        words=$options kinds=words
    else
        __mpstress_takes "$command" "$position"
        # Nothing but an option can follow.
        if [[ ! $kinds && ! $current ]]; then
            __mpstress_takes "$command" ''
            words=$options kinds=words
        fi
    fi
    local kind
    for kind in $kinds; do
        __mpstress_kind "$kind" "$prefix" "$typed"
    done
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=${COMPREPLY[i]#"$before"}
    done
}

complete -F _mpstress mpstress
