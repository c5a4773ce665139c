# c_array(NAME FILE OUT): sets OUT to a C array of that name that holds the file's bytes.
function(c_array name file out)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  set(${out} "static const unsigned char ${name}[] = {${bytes}};\n" PARENT_SCOPE)
endfunction()
