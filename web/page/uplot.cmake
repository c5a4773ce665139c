# include() it: has npm install uPlot, which draws the charts of the pages, into the build directory,
# once for each state of its lock file (then nothing is fetched any more). Sets
#   uplot          its folder
#   uplot_missing  why it isn't there; empty where it is
#   uplot_state    changes with either
# Without npm, or where it can't fetch, builds go on without charts.
include_guard(GLOBAL)

set(page_folder ${CMAKE_CURRENT_LIST_DIR})
set(web_folder ${CMAKE_BINARY_DIR}/web)
set(uplot ${web_folder}/node_modules/uplot)
set(uplot_missing "")

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page_folder}/package-lock.json)
file(SHA256 ${page_folder}/package-lock.json lock)
set(stamp ${web_folder}/node_modules/installed-${lock})
if(NOT EXISTS ${stamp})
  find_program(OPENHESP_NODE node)
  find_program(OPENHESP_NPM npm)
  if(OPENHESP_NODE AND OPENHESP_NPM)
    file(COPY ${page_folder}/package.json ${page_folder}/package-lock.json ${page_folder}/.npmrc
         DESTINATION ${web_folder})
    execute_process(
      COMMAND ${OPENHESP_NPM} ci --ignore-scripts --prefer-offline --fetch-retries=1 --no-audit --no-fund
              --loglevel=error
      WORKING_DIRECTORY ${web_folder}
      RESULT_VARIABLE status
      OUTPUT_QUIET TIMEOUT 300)
    if(status EQUAL 0)
      file(WRITE ${stamp} "")
    else()
      set(uplot_missing "npm could not fetch uPlot")
    endif()
  else()
    set(uplot_missing "Node.js and npm were not found")
  endif()
endif()
string(MD5 uplot_state "${uplot_missing}${lock}")
