# What --html is made of: uPlot from npm, and page/. Two uses:
#
# include() in CMakeLists.txt: has npm install uPlot into the build directory, once for each state
# of its lock file (then nothing is fetched any more), and adds the source that holds everything to
# player-sim_report. Without npm, or where it can't fetch, the build goes on without the page.
#
# cmake -DOUT=<file.c> -DMISSING=<why there is no uPlot> -DASSETS=<name|file,name|file...>
#       -P embed.cmake
# writes that source.
if(CMAKE_SCRIPT_MODE_FILE)
  set(arrays "")
  set(table "")
  set(number 0)
  string(REPLACE "," ";" ASSETS "${ASSETS}")
  foreach(asset ${ASSETS})
    string(REPLACE "|" ";" asset "${asset}")
    list(GET asset 0 name)
    list(GET asset 1 file)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const unsigned char asset_${number}[] = {${bytes}};\n")
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

set(report_folder ${CMAKE_SOURCE_DIR}/player-sim/report)
set(web_folder ${CMAKE_BINARY_DIR}/web)
set(uplot ${web_folder}/node_modules/uplot)
set(report_missing "")

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
                                       ${CMAKE_SOURCE_DIR}/web/page/package-lock.json)
file(SHA256 ${CMAKE_SOURCE_DIR}/web/page/package-lock.json lock)
set(stamp ${web_folder}/node_modules/installed-${lock})
if(NOT EXISTS ${stamp})
  find_program(OPENHESP_NODE node)
  find_program(OPENHESP_NPM npm)
  if(OPENHESP_NODE AND OPENHESP_NPM)
    file(COPY ${CMAKE_SOURCE_DIR}/web/page/package.json ${CMAKE_SOURCE_DIR}/web/page/package-lock.json
              ${CMAKE_SOURCE_DIR}/web/page/.npmrc DESTINATION ${web_folder})
    execute_process(
      COMMAND ${OPENHESP_NPM} ci --ignore-scripts --prefer-offline --fetch-retries=1 --no-audit --no-fund
              --loglevel=error
      WORKING_DIRECTORY ${web_folder}
      RESULT_VARIABLE status
      OUTPUT_QUIET TIMEOUT 300)
    if(status EQUAL 0)
      file(WRITE ${stamp} "")
    else()
      set(report_missing "npm could not fetch uPlot")
    endif()
  else()
    set(report_missing "Node.js and npm were not found")
  endif()
endif()

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
string(MD5 report_state "${report_missing}${lock}")
set(report_source ${CMAKE_BINARY_DIR}/generated/report_assets_${report_state}.c)
add_custom_command(
  OUTPUT ${report_source}
  COMMAND ${CMAKE_COMMAND} -DOUT=${report_source} "-DMISSING=${report_missing}"
          "-DASSETS=${report_assets}" -P ${report_folder}/embed.cmake
  DEPENDS ${report_asset_files} ${report_folder}/embed.cmake
  VERBATIM)
target_sources(player-sim_report PRIVATE ${report_source})
