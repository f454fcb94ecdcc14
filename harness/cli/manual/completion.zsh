
# files DIRECTORY SUFFIX: names of files there, without the suffix; those that
# mpstress gives, and none that somebody else has made up.
__mpstress_files() {
    local -a names=($1/*$2(N.:t))
    names=(${names%$2})
    reply=(${${names:#[.-]*}:#*[^A-Za-z0-9._-]*})
}

__mpstress_failures() {
    local store=.mpstress
    local -i i=${words[(ie)--store]}
    ((i < $#words)) && store=${(Q)words[i + 1]}
    i=${words[(i)--store=*]}
    ((i <= $#words)) && store=${(Q)${words[i]#*=}}
    __mpstress_files ${store/#\~\//$HOME/}/failures .mpt
    reply=(latest $reply)
}

# takes KINDS WORDS: what the word at the cursor may be.
__mpstress_takes() {
    local kind
    local -a reply values=(${=2})
    local -i found=1
    for kind in ${=1}; do
        case $kind in
        words) compadd -a values && found=0 ;;
        list)
            compset -P '*,'
            compadd -q -S , -a values && found=0
            ;;
        failures) __mpstress_failures && compadd -a reply && found=0 ;;
        scenarios)
            __mpstress_files scenarios .yml && compadd -a reply && found=0
            ;;
        commits)
            reply=(${(f)"$(git for-each-ref --format='%(refname:short)' \
                refs/heads refs/tags 2>/dev/null)"})
            compadd -a reply && found=0
            ;;
        files) _files && found=0 ;;
        directories) _files -/ && found=0 ;;
        esac
    done
    return found
}

_mpstress() {
    local curcontext=$curcontext context state state_descr line
    local -A opt_args
    if ((CURRENT == 2)); then
        __mpstress_table ''
        return
    fi
    local command=$words[2]
    local -i program=${words[(ie)--]}
    if ((program < CURRENT)); then
        shift $program words
        ((CURRENT -= program))
        _normal
        return
    fi
    shift words
    ((CURRENT--))
    __mpstress_table $command
}

# Loaded by compinit, or read by the line in .zshrc.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _mpstress "$@"
else
    compdef _mpstress mpstress
fi
