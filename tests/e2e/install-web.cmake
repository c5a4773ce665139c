# cmake -DSOURCES=<the project> -DTARGET=<directory> -P install-web.cmake
# Copies the player's package, and the page, to TARGET/web, and has npm install there what checks it.
include(${CMAKE_CURRENT_LIST_DIR}/../npm-ci.cmake)

set(web ${TARGET}/web)
file(REMOVE_RECURSE ${web}/lib ${web}/page ${web}/types)
file(COPY ${SOURCES}/web/ DESTINATION ${web} PATTERN node_modules EXCLUDE PATTERN types EXCLUDE)
npm_ci(${web} "the type checker")
