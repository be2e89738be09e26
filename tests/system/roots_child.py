# SPDX-License-Identifier: MIT
"""A task that leaves a child behind which has become root's, of a dagd that is not root."""
import shutil


def roots_child_load(daemon, until):
    """Loads it as the task "leave" of the DAG "roots", which prints "done" and ends once it is so: after `until`, in
    the words of a shell. Returns the file that its pid is in."""
    become, pid = daemon.home / "become", daemon.home / "pid"
    shutil.copy(shutil.which("setpriv"), become)
    become.chmod(0o4755)
    daemon.load_dag("roots", f"""
        dag_id: roots
        tasks:
          - task_id: leave
            operator: bash
            bash_command: >-
              {become} --reuid 0 --regid 0 --clear-groups setsid sleep 600 & echo $! >{pid};
              {until}; do sleep 0.01; done; echo done
    """)
    return pid
