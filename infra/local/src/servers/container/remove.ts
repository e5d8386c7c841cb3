/** Removes a container an earlier start left behind; false when it is gone already or no engine answers. */
export async function removeContainer(id: string): Promise<boolean> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    const client = await getContainerRuntimeClient();
    const container = client.container.getById(id);
    await container.remove({ force: true });
    return true;
  } catch {
    return false;
  }
}
