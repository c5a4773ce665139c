# The page that hesp-packager serves, built in. Two uses:
#
# include() in CMakeLists.txt: makes the library packager_web of all that is in web/lib and web/page,
# and of uPlot where npm could fetch it.
#
# cmake -DOUT=<file.c> -DWEB=<folder web> -DUPLOT=<its folder, or nothing> "-DFILES=<name,name...>"
#       -P embed.cmake
# writes that source. It puts the modules that the page begins with into index.html, so that a
# browser asks for all of them at once and not for one after the other as it reads them.
if(CMAKE_SCRIPT_MODE_FILE)
  cmake_minimum_required(VERSION 3.22)
  include(${WEB}/page/c_array.cmake)

  # Appends the modules that this one imports, and those that they do, to modules.
  function(follow_imports file)
    get_filename_component(folder ${file} DIRECTORY)
    file(READ ${file} text)
    string(REGEX MATCHALL "(import|from) \"\\.[^\"]*\\.js\"" imports "${text}")
    foreach(import ${imports})
      string(REGEX REPLACE "^.* \"(.*)\"$" "\\1" import "${import}")
      get_filename_component(imported ${import} ABSOLUTE BASE_DIR ${folder})
      if(NOT EXISTS ${imported})
        message(FATAL_ERROR "${file} imports ${import}, which is not there")
      elseif(NOT imported IN_LIST modules)
        list(APPEND modules ${imported})
        follow_imports(${imported})
      endif()
    endforeach()
    set(modules ${modules} PARENT_SCOPE)
  endfunction()

  function(write_page out)
    set(modules "")
    follow_imports(${WEB}/page/page.js)
    set(links "")
    foreach(module ${modules})
      file(RELATIVE_PATH module ${WEB} ${module})
      string(APPEND links "<link rel=\"modulepreload\" href=\"web/${module}\">\n")
    endforeach()
    if(UPLOT)
      string(APPEND links "<meta name=\"openhesp-charts\" content=\"web/uplot/\">\n")
    endif()
    file(READ ${WEB}/page/index.html page)
    string(REPLACE "<!-- modules -->\n" "${links}" page "${page}")
    file(WRITE ${out} "${page}")
  endfunction()

  set(type_html "text/html; charset=utf-8")
  set(type_css "text/css; charset=utf-8")
  set(type_js "text/javascript; charset=utf-8")
  set(type_svg "image/svg+xml")
  set(type_txt "text/plain; charset=utf-8")
  # uPlot and the page set styles by script only, which needs no 'unsafe-inline'. Channels may be
  # those of other origins.
  string(CONCAT policy
         "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src *; "
         "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'")

  # A tab, which sorts before all that a path may hold, is between path, type and file.
  set(served "")
  write_page(${OUT}.html)
  list(APPEND served "/\thtml\t${OUT}.html")
  string(REPLACE "," ";" FILES "${FILES}")
  foreach(name ${FILES})
    string(REGEX REPLACE "^.*\\." "" type ${name})
    list(APPEND served "/web/${name}\t${type}\t${WEB}/${name}")
  endforeach()
  if(UPLOT)
    list(APPEND served "/web/uplot/uPlot.js\tjs\t${UPLOT}/dist/uPlot.iife.min.js"
                       "/web/uplot/uPlot.css\tcss\t${UPLOT}/dist/uPlot.min.css"
                       "/web/uplot/LICENSE\ttxt\t${UPLOT}/LICENSE")
  endif()
  list(SORT served)

  set(arrays "")
  set(table "")
  set(number 0)
  foreach(entry ${served})
    string(REPLACE "\t" ";" entry "${entry}")
    list(GET entry 0 path)
    list(GET entry 1 type)
    list(GET entry 2 file)
    c_array(file_${number} ${file} array)
    file(SHA256 ${file} hash)
    string(SUBSTRING ${hash} 0 16 hash)
    set(file_policy NULL)
    if(type STREQUAL html)
      set(file_policy "\"${policy}\"")
    endif()
    string(APPEND arrays "${array}")
    string(APPEND table "    {\"${path}\", \"${type_${type}}\", \"\\\"${hash}\\\"\", ${file_policy},\n"
                        "     file_${number}, sizeof file_${number}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(WRITE ${OUT} "#include \"packager/web/files.h\"\n\n${arrays}\n"
                    "const struct origin_file web_files[] = {\n${table}};\n"
                    "const size_t web_file_count = sizeof web_files / sizeof *web_files;\n")
  return()
endif()

include(${CMAKE_SOURCE_DIR}/web/page/uplot.cmake)
set(web_source_folder ${CMAKE_SOURCE_DIR}/web)
file(GLOB_RECURSE web_lib_files CONFIGURE_DEPENDS RELATIVE ${web_source_folder} ${web_source_folder}/lib/*.js)
file(GLOB web_page_files CONFIGURE_DEPENDS RELATIVE ${web_source_folder} ${web_source_folder}/page/*.js
     ${web_source_folder}/page/*.css ${web_source_folder}/page/*.svg)
set(web_served ${web_lib_files} ${web_page_files})
list(TRANSFORM web_served PREPEND ${web_source_folder}/ OUTPUT_VARIABLE web_served_paths)
string(REPLACE ";" "," web_served "${web_served}")
set(web_uplot ${uplot})
if(uplot_missing)
  set(web_uplot "")
  message(STATUS "hesp-packager: the page is built without charts, as ${uplot_missing}; configure again to have them")
endif()

# Its name tells with or without, as the report's does.
set(web_source ${CMAKE_BINARY_DIR}/generated/web_files_${uplot_state}.c)
add_custom_command(
  OUTPUT ${web_source}
  COMMAND ${CMAKE_COMMAND} -DOUT=${web_source} -DWEB=${web_source_folder} -DUPLOT=${web_uplot}
          "-DFILES=${web_served}" -P ${CMAKE_SOURCE_DIR}/packager/web/embed.cmake
  DEPENDS ${web_served_paths} ${web_source_folder}/page/index.html ${web_source_folder}/page/c_array.cmake
          ${CMAKE_SOURCE_DIR}/packager/web/embed.cmake
  VERBATIM)
add_library(packager_web STATIC ${web_source})
target_link_libraries(packager_web PUBLIC packager_origin)
