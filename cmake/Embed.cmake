# mps_embed(TARGET HEADER FILE...)
#
# Each FILE goes into TARGET as an array of bytes that ends in NUL:
# html/style.css as html_style_css. HEADER declares them.
function(mps_embed target header)
    # CONCAT: ";" would separate list elements.
    string(CONCAT code "/* Made from: ${ARGN} */\n" "#include \"${header}\"\n")
    string(REPLACE ";" " " code "${code}")
    foreach(file ${ARGN})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        file(READ ${file} bytes HEX)
        string(REGEX REPLACE "(..)" "0x\\1,\n" bytes "${bytes}")
        string(REGEX REPLACE "[./]" "_" name ${file})
        string(APPEND code "const char ${name}[] = {\n${bytes}0};\n")
    endforeach()
    file(CONFIGURE OUTPUT ${target}_embedded.c CONTENT "${code}" @ONLY)
    target_sources(${target} PRIVATE
        ${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded.c)
endfunction()
