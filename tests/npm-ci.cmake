# include() it from a script that has put a package.json and its lock file into the build directory: nothing of what npm
# fetches belongs into the sources.
foreach(program node npm)
  find_program(found_${program} ${program})
  if(NOT found_${program})
    message(FATAL_ERROR "${program} is not installed; scripts/test.sh installs it")
  endif()
endforeach()

# npm_ci(FOLDER WHAT): has npm install there, once for each state of the lock file. WHAT says what, for the error.
function(npm_ci folder what)
  file(SHA256 ${folder}/package-lock.json lock)
  set(stamp ${folder}/node_modules/installed-${lock})
  if(EXISTS ${stamp})
    return()
  endif()
  execute_process(COMMAND ${found_npm} ci --no-audit --no-fund --loglevel=error
                  WORKING_DIRECTORY ${folder} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "npm could not install ${what}; it needs its registry once")
  endif()
  file(WRITE ${stamp} "")
endfunction()
