/** What people want of cameras (migration 006). Times are ms. */
export interface CameraSettingsTables {
  camera_settings: {
    node_id: string;
    camera_id: string;
    name: string;
    url: string | null;
    enabled: boolean;
    deleted_at: number | null;
    latitude: number | null;
    longitude: number | null;
    direction: number | null;
    revision: number;
    requested_at: number;
    requested_by: string;
  };
}
