# What --html is made of: uPlot from npm, and page/. Two uses:
#
# include() in CMakeLists.txt: adds the source that holds everything to player-sim_report. Without
# uPlot the build goes on without the page.
#
# cmake -DOUT=<file.c> -DMISSING=<why there is no uPlot> -DASSETS=<name|file,name|file...>
#       -P embed.cmake
# writes that source.
if(CMAKE_SCRIPT_MODE_FILE)
  include(${CMAKE_CURRENT_LIST_DIR}/../../web/page/c_array.cmake)
  set(arrays "")
  set(table "")
  set(number 0)
  string(REPLACE "," ";" ASSETS "${ASSETS}")
  foreach(asset ${ASSETS})
    string(REPLACE "|" ";" asset "${asset}")
    list(GET asset 0 name)
    list(GET asset 1 file)
    c_array(asset_${number} ${file} array)
    string(APPEND arrays "${array}")
    string(APPEND table
           "    {\"${name}\", asset_${number}, sizeof asset_${number}},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  if(MISSING)
    set(missing "\"${MISSING}\"")
  else()
    set(missing "NULL")
  endif()
  file(WRITE ${OUT}
       "#include \"player-sim/report/assets.h\"\n\n${arrays}\n"
       "const struct report_asset report_assets[] = {\n${table}    {NULL, NULL, 0},\n};\n"
       "const char *const report_assets_missing = ${missing};\n")
  return()
endif()

include(${CMAKE_SOURCE_DIR}/web/page/uplot.cmake)
set(report_folder ${CMAKE_SOURCE_DIR}/player-sim/report)
set(report_missing "${uplot_missing}")

set(report_assets "")
set(report_asset_files "")
macro(report_asset name file)
  list(APPEND report_assets "${name}|${file}")
  list(APPEND report_asset_files ${file})
endmacro()
if(report_missing)
  string(PREPEND report_missing "this program was built without charts, as ")
  message(STATUS "player-sim --html: ${report_missing}; configure again to have them")
else()
  report_asset(page.html ${report_folder}/page/page.html)
  report_asset(page.css ${report_folder}/page/page.css)
  report_asset(page.js ${report_folder}/page/page.js)
  report_asset(compare.html ${report_folder}/page/compare.html)
  report_asset(compare.js ${report_folder}/page/compare.js)
  report_asset(make.js ${report_folder}/page/make.js)
  report_asset(timeline.js ${report_folder}/page/timeline.js)
  report_asset(charts.js ${report_folder}/page/charts.js)
  report_asset(uplot.js ${uplot}/dist/uPlot.iife.min.js)
  report_asset(uplot.css ${uplot}/dist/uPlot.min.css)
  report_asset(uplot-license ${uplot}/LICENSE)
endif()
string(REPLACE ";" "," report_assets "${report_assets}")

# Its name tells with or without, so that the other one is made when that changes.
set(report_source ${CMAKE_BINARY_DIR}/generated/report_assets_${uplot_state}.c)
add_custom_command(
  OUTPUT ${report_source}
  COMMAND ${CMAKE_COMMAND} -DOUT=${report_source} "-DMISSING=${report_missing}"
          "-DASSETS=${report_assets}" -P ${report_folder}/embed.cmake
  DEPENDS ${report_asset_files} ${report_folder}/embed.cmake
  VERBATIM)
target_sources(player-sim_report PRIVATE ${report_source})
