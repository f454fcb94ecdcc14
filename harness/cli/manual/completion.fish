
# The words before the cursor that are neither options nor their values, but for
# mpstress itself; "--" and what follows too.
function __mpstress_words
    set -l command
    set -l skip
    for token in (commandline -opc)[2..]
        if test -n "$skip"
            set skip
        else if test "$token" = --
            break
        else if string match -q -- '-*' $token
            __mpstress_has_value "$command[1]" $token && set skip 1
        else
            set -a command $token
        end
    end
    string join \n -- $command
end

# Whether a program and its arguments have begun; FIRST: or its name.
function __mpstress_in_program
    set -l at (contains -i -- -- (commandline -opc)) || return 1
    test "$argv[1]" != first || test $at = (count (commandline -opc))
end

# Whether the words of COMMAND are being written; and, where POSITION is given,
# the word there, or, for "POSITION-", there or behind it.
function __mpstress_at
    set -l words (__mpstress_words)
    __mpstress_in_program && return 1
    test "$words[1]" = "$argv[1]" || return 1
    test (count $argv) = 1 && return 0
    set -l at (count $words)
    test -n "$argv[1]" && set at (math $at - 1)
    if string match -q -- '*-' $argv[2]
        test $at -ge (string trim -c - -- $argv[2])
    else
        test $at = $argv[2]
    end
end

# Names of files in DIRECTORY without SUFFIX; those that mpstress gives, and
# none that somebody else has made up.
function __mpstress_files
    for file in $argv[1]/*$argv[2]
        string match -q -r '/[A-Za-z0-9_][A-Za-z0-9._-]*\z' -- $file
        and string replace -r '.*/' '' -- $file | string replace -- $argv[2] ''
    end
end

function __mpstress_takes
    set -l values (string split -n ' ' -- $argv[2])
    set -l tokens (commandline -opc)
    for kind in (string split ' ' -- $argv[1])
        switch $kind
            case words
                printf '%s\n' $values
            case list
                set -l typed (commandline -ct |
                    string replace -r '^--[^=]*=' '')
                printf '%s\n' (string replace -r '[^,]*$' '' -- $typed)$values
            case failures
                set -l store .mpstress
                set -l at (contains -i -- --store $tokens)
                and set store $tokens[(math $at + 1)]
                set -l joined (string match -r -- '^--store=.*' $tokens)
                and set store (string replace -- --store= '' $joined[1])
                echo latest
                __mpstress_files $store/failures .mpt
            case scenarios
                __mpstress_files scenarios .yml
            case commits
                git for-each-ref --format='%(refname:short)' refs/heads \
                    refs/tags 2>/dev/null
            case directories
                __fish_complete_directories (commandline -ct)
        end
    end
end

complete -c mpstress -f
complete -c mpstress -n __mpstress_in_program -F
complete -c mpstress -n '__mpstress_in_program first' \
    -a '(complete -C (commandline -ct))'
