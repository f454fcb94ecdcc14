# One list of warnings for gcc and clang alike; MPS_WERROR makes them errors.
option(MPS_WERROR "Treat warnings as errors" OFF)
option(MPS_SANITIZE "Build the harness with address and undefined sanitizers"
       OFF)
option(MPS_FUZZ "Build the harness for ci/fuzz: libFuzzer, needs clang" OFF)
if(MPS_FUZZ AND NOT CMAKE_C_COMPILER_ID STREQUAL Clang)
    message(FATAL_ERROR "MPS_FUZZ needs clang: -DCMAKE_C_COMPILER=clang-14")
endif()

add_library(mps_warnings INTERFACE)
target_compile_options(mps_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wpointer-arith -Wcast-qual
    -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wswitch-enum
    -Wimplicit-fallthrough -fno-common -fvisibility=hidden
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
    $<$<COMPILE_LANGUAGE:C>:-Wold-style-definition>
    $<$<BOOL:${MPS_WERROR}>:-Werror>)

# Flags of everything that runs outside the target. The runtime inside it is
# never built with a sanitizer: it must load into any program.
add_library(mps_hardening INTERFACE)
if(MPS_SANITIZE OR MPS_FUZZ)
    target_compile_options(mps_hardening INTERFACE
        $<$<BOOL:${MPS_FUZZ}>:-fsanitize=fuzzer-no-link>
        -fsanitize=address,undefined -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    target_link_options(mps_hardening INTERFACE
        -fsanitize=address,undefined)
elseif(NOT CMAKE_BUILD_TYPE STREQUAL Debug)
    target_compile_options(mps_hardening INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
endif()
