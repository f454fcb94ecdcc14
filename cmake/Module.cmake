find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

if(BUILD_TESTING)
    pkg_check_modules(CRITERION REQUIRED IMPORTED_TARGET criterion)
endif()

# mps_module(NAME [FOLDERS FOLDER...] [DEPENDS MODULE...] [PACKAGES TARGET...])
#
# One folder of the harness: every .c file in it goes into the static library
# mps_NAME, every *_test.c into the Criterion program NAME_test, which ctest
# runs. FOLDERS below it belong to it, headers in them are included as
# "FOLDER/header.h". DEPENDS names the modules whose headers it may include: a
# module that is not listed cannot be included, which keeps the arrows one-way.
function(mps_module name)
    cmake_parse_arguments(arg "" "" "FOLDERS;DEPENDS;PACKAGES" ${ARGN})
    set(patterns *.c)
    foreach(folder ${arg_FOLDERS})
        list(APPEND patterns ${folder}/*.c)
    endforeach()
    file(GLOB sources CONFIGURE_DEPENDS ${patterns})
    set(tests ${sources})
    list(FILTER sources EXCLUDE REGEX "_test\\.c$")
    list(FILTER tests INCLUDE REGEX "_test\\.c$")

    # Headers are included as "NAME/header.h"; a forwarding folder per module
    # shows a module to those alone who depend on it.
    set(view ${CMAKE_BINARY_DIR}/include/${name})
    file(MAKE_DIRECTORY ${view})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${view}/${name} SYMBOLIC)

    add_library(mps_${name} STATIC ${sources})
    target_include_directories(mps_${name} PUBLIC ${view})
    if(arg_FOLDERS)
        target_include_directories(mps_${name} PRIVATE
            ${CMAKE_CURRENT_SOURCE_DIR})
    endif()
    target_compile_definitions(mps_${name} PRIVATE _GNU_SOURCE)
    target_link_libraries(mps_${name} PRIVATE mps_warnings mps_hardening)
    target_link_libraries(mps_${name} PUBLIC ${arg_PACKAGES})
    foreach(dependency ${arg_DEPENDS})
        target_link_libraries(mps_${name} PUBLIC mps_${dependency})
    endforeach()

    if(BUILD_TESTING AND tests)
        add_executable(${name}_test ${tests})
        target_include_directories(${name}_test PRIVATE
            $<TARGET_PROPERTY:mps_${name},INCLUDE_DIRECTORIES>)
        target_compile_definitions(${name}_test PRIVATE _GNU_SOURCE)
        target_link_libraries(${name}_test PRIVATE
            mps_${name} mps_warnings mps_hardening PkgConfig::CRITERION
            Threads::Threads)
        add_test(NAME ${name}
            COMMAND ${CMAKE_SOURCE_DIR}/ci/criterion
                    $<TARGET_FILE:${name}_test>)
        set_tests_properties(${name} PROPERTIES TIMEOUT 600)
    endif()
endfunction()
