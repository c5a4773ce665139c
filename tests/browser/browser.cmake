# The browser tests: each file is one test, run where install.cmake has put them together with what drives Chromium.
# Where there is no Chromium, or nothing to make a link with, they are skipped, saying so. Screenshots: browser-shots.
set(browser_tests ${CMAKE_CURRENT_BINARY_DIR}/browser)
add_test(NAME browser-install
         COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_CURRENT_LIST_DIR} -DTARGET=${browser_tests} -P
                 ${CMAKE_CURRENT_LIST_DIR}/install.cmake)
set_tests_properties(browser-install PROPERTIES FIXTURES_SETUP browser LABELS browser TIMEOUT 300)

file(GLOB browser_sources CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_LIST_DIR}
     ${CMAKE_CURRENT_LIST_DIR}/*.test.mjs)
foreach(source ${browser_sources})
  string(REGEX REPLACE "\\.test\\.mjs$" "" short ${source})
  add_test(NAME browser-${short} COMMAND node ${browser_tests}/${source})
  set_tests_properties(
    browser-${short}
    PROPERTIES LABELS browser TIMEOUT 240 SKIP_RETURN_CODE 77 FIXTURES_REQUIRED browser ENVIRONMENT
               "OPENHESP_PACKAGER=${CMAKE_BINARY_DIR}/bin/hesp-packager;OPENHESP_PLAYER_SIM=${CMAKE_BINARY_DIR}/bin/player-sim;OPENHESP_WEB=${CMAKE_SOURCE_DIR}/web;OPENHESP_SHOTS=${CMAKE_CURRENT_BINARY_DIR}/browser-shots")
  # What plays needs the machine for itself.
  if(NOT short MATCHES "^(stamp|judge|leaving|page)$")
    set_tests_properties(browser-${short} PROPERTIES RUN_SERIAL ON)
  endif()
endforeach()
