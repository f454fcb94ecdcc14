# What lets mpstress see the accesses to memory of the C programs that the build
# itself makes for it: of what `mpstress cc` adds, the part that they need. The
# table is in harness/compiler/rewrite.c, and rewrite_test.c compares.
set(seen_flags -fsanitize=thread)
if(CMAKE_C_COMPILER_ID STREQUAL GNU)
    list(APPEND seen_flags
        -Wno-tsan -fno-builtin-memcpy -fno-builtin-memset)
else()
    list(APPEND seen_flags
        -fno-vectorize -fno-slp-vectorize -gdwarf-aranges)
endif()
